// INJECT: a cartridge comes from a person's hand through the port into a slot.
// Errors: those of InjectNtmsMedia. Thread rule: the loop only. Source: rsm-model.md section 13.
#pragma once

#include "drivers/port/changer.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

struct InjectCall {
  std::string key;
  LibraryId library;
  bool many = false;  // one cartridge after the other, until it is stopped or its session ends
};

constexpr Operation operation_of(InjectCall const&) { return Operation::inject; }

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, InjectCall const& call);
inline std::vector<KeyedObject> objects_of(Desk const&, InjectCall const& call) { return {{.library = call.library}}; }
}

namespace operations::inject {

void evaluate(Library& library);
// Opens a port for this request, if there is one to open now.
void look_at(Library& library, RequestRecord const& request);

// A cartridge was put into the port: who it is, as far as that can be known without reading its label.
MediumId put_in(Library& library, RequestId request, std::uint32_t port, port::ElementStatus const& seen);
// It takes cartridges until it is stopped.
inline bool is_of_many(RequestRecord const& request) { return request.operation == Operation::inject && request.option == operation_option::inject_many; }
// One of many, with what came of this cartridge: true when the next one is waited for, else it ends.
bool takes_the_next(Library& library, RequestId request, Outcome const& outcome);
// It lies in a slot now.
void stored(Library& library, MediumId medium);
// It has no slot to go to and stays in the port; a person is asked.
void no_place(Library& library, std::uint32_t port, MediumId medium);

}  // namespace operations::inject
}  // namespace rsm
