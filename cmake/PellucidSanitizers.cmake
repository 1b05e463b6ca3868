# PELLUCID_SANITIZE=address,undefined (or thread): everything built here is instrumented. The flags
# are directory-wide, as a program that mixes instrumented and plain objects reports nonsense.
set(PELLUCID_SANITIZE "" CACHE STRING "GCC sanitizers, comma-separated; empty for none")

set(PELLUCID_SANITIZE_FLAGS "")
if(PELLUCID_SANITIZE)
  set(PELLUCID_SANITIZE_FLAGS -fsanitize=${PELLUCID_SANITIZE} -fno-sanitize-recover=all
                              -fno-omit-frame-pointer)
  add_compile_options(-O1 -g ${PELLUCID_SANITIZE_FLAGS})
  add_link_options(${PELLUCID_SANITIZE_FLAGS})
endif()
