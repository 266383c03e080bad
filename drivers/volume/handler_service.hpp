// What a handler process does: it opens a volume for one handle, greets, carries out what comes through the socket, and ends.
//
// What for: the body of rsm-volume-handler; and of a child that `rsm` splits off itself, which is a handler without the start of another program
// (OpenOptions::serve). Of the process that it was nothing stays but the socket: every other descriptor is closed, signals are as a program
// finds them, the folder is /.
// Errors: exit status 0: served to the end; 1: the volume could not be opened (the greeting said why), or nobody was there any more.
// Thread rule: a process with one thread, which ends when this returns.
#pragma once

#include "drivers/volume/handler_arguments.hpp"

namespace rsm::volume {

int serve_handle(HandlerArguments const& arguments);

}  // namespace rsm::volume
