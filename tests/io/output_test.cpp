// SPDX-License-Identifier: BSD-3-Clause
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/io/output_folder.hpp"

namespace pellucid {
namespace {

using test::contents;
using test::expect_refused;
using test::store;
using test::TemporaryFolder;

void write_text(const std::filesystem::path& path) {
  OutputFile out(path);
  out.write("new");
  out.commit();
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777;
}

TEST(OutputFile, AppearsWholeOnCommit) {
  const TemporaryFolder folder;
  const auto path = folder / "out.bin";
  {
    OutputFile out(path);
    out.write("abc");
    EXPECT_FALSE(std::filesystem::exists(path));
    out.write("def");
    out.commit();
    EXPECT_EQ(contents(path), "abcdef");
  }
  EXPECT_EQ(folder.entries(), 1);
  EXPECT_EQ(mode_of(path), mode_of(store(folder / "plain", "")));
}

TEST(OutputFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  const auto path = store(folder / "out.bin", "old");
  {
    OutputFile out(path);
    out.write("new");
    EXPECT_EQ(folder.entries(), 2);
  }
  EXPECT_EQ(folder.entries(), 1);
  EXPECT_EQ(contents(path), "old");
}

TEST(OutputFile, ReplacesAndKeepsPermissions) {
  const TemporaryFolder folder;
  const auto path = store(folder / "out.bin", "old and longer");
  ::chmod(path.c_str(), 0600);
  write_text(path);
  EXPECT_EQ(contents(path), "new");
  EXPECT_EQ(mode_of(path), 0600);
}

TEST(OutputFile, FollowsLinks) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "far");
  std::filesystem::create_symlink("far/target", folder / "link");
  for (int i = 0; i < 2; ++i) {
    write_text(folder / "link");
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(contents(folder / "far/target"), "new");
  }
  std::filesystem::create_symlink("loop", folder / "loop");
  expect_refused(folder / "loop", write_text, {"cannot be written"});
}

TEST(OutputFile, PathsThatCannotBeWrittenAreRefusedAtOnce) {
  const TemporaryFolder folder;
  const auto open = [](const std::filesystem::path& path) { OutputFile out(path); };
  expect_refused(folder.path(), open, {"Is a directory", "name a file"});
  expect_refused(folder / "new/", open, {"name a file"});
  expect_refused(folder / "missing/out.bin", open, {"No such file", "make its folder first"});
  store(folder / "file", "");
  expect_refused(folder / "file/out.bin", open, {"no folder"});
  expect_refused(folder / std::string(300, 'x'), open, {"shorter name"});
  EXPECT_EQ(folder.entries(), 1);
  write_text(folder / std::string(255, 'x'));
}

TEST(OutputFile, ProtectedPlacesAreRefused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  const TemporaryFolder folder;
  const auto path = store(folder / "out.bin", "old");
  ::chmod(path.c_str(), 0400);
  expect_refused(path, write_text, {"Permission denied", "may write"});
  ::chmod(folder.path().c_str(), 0500);
  expect_refused(folder / "other", write_text, {"Permission denied"});
  ::chmod(folder.path().c_str(), 0700);
}

TEST(OutputFile, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  expect_refused("/dev/full", write_text, {"No space left", "free some space"});
}

TEST(OutputFile, DevicesAndPipesAreWrittenDirectly) {
  write_text("/dev/null");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  write_text("/dev/fd/" + std::to_string(ends[1]));
  char got[3];
  EXPECT_EQ(::read(ends[0], got, 3), 3);
  EXPECT_EQ(std::string(got, 3), "new");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(OutputFolder, AppearsWholeOnCommit) {
  const TemporaryFolder folder;
  {
    OutputFolder out(folder / "images/");
    store(out.working_path() / "a", "1");
    EXPECT_FALSE(std::filesystem::exists(folder / "images"));
    out.commit();
  }
  EXPECT_EQ(contents(folder / "images/a"), "1");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFolder, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    OutputFolder out(folder / "images");
    store(out.working_path() / "a", "1");
  }
  EXPECT_EQ(folder.entries(), 0);
}

TEST(OutputFolder, WhatExistsIsKept) {
  const TemporaryFolder folder;
  const auto open = [](const std::filesystem::path& path) { OutputFolder out(path); };
  std::filesystem::create_directory(folder / "images");
  OutputFolder(folder / "images").commit();
  store(folder / "images/a", "1");
  expect_refused(folder / "images", open, {"File exists", "remove it"});
  expect_refused(folder / "images/a", open, {"File exists"});
  expect_refused(folder / "missing/images", open, {"make its folder first"});
  EXPECT_EQ(folder.entries(), 1);
}

}  // namespace
}  // namespace pellucid
