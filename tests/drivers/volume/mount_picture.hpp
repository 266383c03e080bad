// The mounts of several namespaces as they are, field by field, for the question whether they are what they were.
//
// What for: a refused operation must leave the mount table as it was, and what a lock took away must come back as it was. Of each mount all fields of
// mountinfo are there but the numbers that every mount gets anew: its own, that of its parent (the parent's place stands for it), that of its
// group of propagation (its first place stands for it), and the device number, which a file system may get anew.
// Thread rule: one thread (a namespace is entered by a child). Source: proc_pid_mountinfo(5).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rsm::test {

struct SeenMount {
  std::string mount_point;
  std::string fields;  // all of them, for people, too
  friend bool operator==(SeenMount const&, SeenMount const&) = default;
};

// By the number of the namespace and the mount point; mounts that lie over each other at one point are told apart by " (over it)".
using MountKey = std::pair<int, std::string>;
using MountPicture = std::map<MountKey, SeenMount>;

// `tables`: the text of mountinfo of each namespace.
MountPicture picture_of(std::map<int, std::string> const& tables);

// The text of mountinfo: of a process, and in a namespace that this file leads to.
std::string mountinfo_of(std::string const& process);
std::string mountinfo_inside(std::string const& name_space);

}  // namespace rsm::test
