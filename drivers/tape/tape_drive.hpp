// A real tape drive (SSC), for the process that serves it.
//
// What for: the blocking counterpart of drivers/port/drive.hpp over any transport. Meaning and errors of the calls are the port's. A tape offers no volume:
// its `volume` is none, and `volume_path` is where clients find the drive, while a tape is threaded.
//   status()      one TEST UNIT READY; moves and reads nothing. A drive that is becoming ready is full and not loaded
//   load()        LOAD where no tape is threaded, waiting as the sense table says; then PREVENT MEDIUM REMOVAL, whose refusal is no error. A tape that is
//                 threaded stays where it stands. A drive that has just said that it has no tape and is ready after LOAD must show that one is there:
//                 its beginning is read. (tgt 1.0.85 is ready after a LOAD without any tape; real drives reload so what lies at their mouth.)
//   read_label()  rewinds, reads the records at the beginning, and rewinds again. Not while the drive is in use: busy, nothing is sent.
//                 omid: the volume label (ANSI, IBM; LTFS has an ANSI one), else that of the program that wrote it; a label behind a volume label is in the
//                 note, and what drive and cartridge memory tell of the tape: density, whether this drive can only read it, write-once, write protected,
//                 maker, serial number, loads, MB written and read; what they tell is in its `cartridge`, and in that of unload() as it was then. Of a blank tape, a cleaning cartridge, a format that the drive does not know: no omid, the note says it. A tape that cannot be
//                 read: medium_not_accessible
//   dismount()    writes what waits in the drive's buffer to the tape, and rewinds it; as often as one likes. In use: busy, nothing is sent; with force it is
//                 done all the same, and the handles live on. An error of an earlier write that comes out here is a write_fault
//   unload()      ALLOW, UNLOAD, and then the drive is asked. Drives say "no medium" of a cartridge at their mouth: such a one counts as unloaded, and
//                 whether it is there only the changer tells. One that said GOOD and is still ready (tgt keeps its tape and lets the changer take it) is
//                 a success with a note: a library takes nothing from a drive that holds it fast, and says so. In use: as dismount
// TapeAlert: the flags are read after a load, before an unload and after an error, and kept until the tape has left; those that are critical or a warning are
// in the sentence of errors and in the note of unload(). Each that was read is handed over once, in the next DriveStatus or UnloadReport; those of a tape that
// went by itself are not blamed on the one that comes after it: they are handed over only where they are about the drive.
// After a reset PREVENT is set again. Whoever opens the drive between the question `in_use` and a motion is not seen.
// Units: milliseconds. Errors: the port's; medium_not_accessible where a tape cannot be read or rewound, not_ready, media_changed.
// Thread rule: one thread; `in_use` is called from it. Source: SSC-4; sense_codes.def; LAB (tgt).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "drivers/handler/device.hpp"
#include "drivers/scsi/session.hpp"
#include "drivers/scsi/transport.hpp"
#include "drivers/tape/limits.hpp"

namespace rsm::tape {

// In each call, the last command begins within this.
struct TapePatience {
  Millis status = limits::tape_status_patience;
  Millis load = limits::tape_load_patience;
  Millis unload = limits::tape_unload_patience;
  Millis volume = limits::tape_volume_patience;  // read_label, dismount
};

struct TapeOptions {
  std::string name;                       // for people: "drive 0 of Attic"
  std::string client_path;                // node or URL by which clients use the drive
  std::function<std::string()> in_use{};  // who has the node of the kernel open, for people; empty: nobody. Without the question: nobody
  TapePatience patience{};
};

std::unique_ptr<handler::BlockingDrive> make_tape_drive(std::unique_ptr<scsi::Transport> transport, TapeOptions options,
                                                        scsi::Clock& clock = scsi::real_clock());

}  // namespace rsm::tape
