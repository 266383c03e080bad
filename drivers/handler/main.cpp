#include "drivers/handler/handler_program.hpp"

int main(int count, char** values) { return rsm::handler::run_handler({values + 1, values + count}, rsm::driver_kinds()); }
