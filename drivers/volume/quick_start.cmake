# Programs that are started for every single command hold the libraries in themselves that are not the system's C library: finding, mapping and
# joining eight shared libraries takes most of the time in which such a program does nothing yet. Where a library comes without an archive
# its own headers are compiled (quick_start.cpp). With sanitizers everything stays as it is.
add_library(rsm_quick_start OBJECT EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/quick_start.cpp)
set_target_properties(rsm_quick_start PROPERTIES UNITY_BUILD OFF)

execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libstdc++.a OUTPUT_VARIABLE standard OUTPUT_STRIP_TRAILING_WHITESPACE)
set(standard_ARCHIVE ${standard} CACHE INTERNAL "the standard library of C++ as an archive")
foreach(name boost_json boost_container sqlite3)
  find_library(${name}_ARCHIVE lib${name}.a)
  mark_as_advanced(${name}_ARCHIVE)
endforeach()

# rsm_quick_start(program [STANDS_ALONE|CALCULATES_NOTHING] [FIRST file] archives...): the archives that it needs. CALCULATES_NOTHING: also without the mathematical
# library, which the compiler of C++ names in any case and parts of archives ask for that nobody calls; so the compiler of C links it; not where nothing is optimized, and rounding a number is a call. STANDS_ALONE: the C library too, which takes half of what is left. For
# programs that ask nothing of the machine but one socket: names of users and hosts come from further libraries, which only a shared C library can load.
# FIRST file: a script of the linker that says which functions come first.
function(rsm_quick_start program)
  cmake_parse_arguments(Q "STANDS_ALONE;CALCULATES_NOTHING" "FIRST" "" ${ARGN})
  if(RSM_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set(found TRUE)
  foreach(name ${Q_UNPARSED_ARGUMENTS})
    if(${name}_ARCHIVE)
      list(APPEND archives ${${name}_ARCHIVE})
    else()
      set(found FALSE)
    endif()
  endforeach()
  target_link_libraries(${program} PRIVATE rsm_quick_start)
  if(Q_FIRST)  # functions that lie side by side, since they run at every start
    target_link_options(${program} PRIVATE -Wl,-T,${Q_FIRST})
    set_property(TARGET ${program} APPEND PROPERTY LINK_DEPENDS ${Q_FIRST})
  endif()
  # All of each archive, so that nothing asks for the shared library any more; what nobody calls goes again.
  target_link_options(${program} PRIVATE -Wl,--as-needed -Wl,--whole-archive ${archives} -Wl,--no-whole-archive)
  if(Q_STANDS_ALONE AND found)
    set_target_properties(${program} PROPERTIES RSM_STANDS_ALONE ON)
    target_link_options(${program} PRIVATE -static-pie)
  elseif(Q_CALCULATES_NOTHING AND found AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND IS_ABSOLUTE "${standard_ARCHIVE}")
    set_target_properties(${program} PROPERTIES LINKER_LANGUAGE C)
    set(CMAKE_CXX_IMPLICIT_LINK_LIBRARIES ${standard_ARCHIVE} PARENT_SCOPE)  # what CMake adds behind all others, in this folder
    target_link_options(${program} PRIVATE -static-libgcc)
  else()
    target_link_options(${program} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()
