# Warnings of our own code, as errors; `pellucid_warnings(target)`.
option(PELLUCID_WERROR "Treat warnings in Pellucid's own code as errors" ${PROJECT_IS_TOP_LEVEL})

function(pellucid_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wno-sign-conversion -Wnon-virtual-dtor
                                           -Woverloaded-virtual)
  if(PELLUCID_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
