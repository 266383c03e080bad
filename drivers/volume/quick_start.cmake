# Programs that are started for every single command hold the libraries in themselves that are not the system's C library: finding, mapping and
# joining eight shared libraries takes most of the time in which such a program does nothing yet. Where a library comes without an archive
# its own headers are compiled (quick_start.cpp). With sanitizers everything stays as it is.
add_library(rsm_quick_start OBJECT EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/quick_start.cpp)
set_target_properties(rsm_quick_start PROPERTIES UNITY_BUILD OFF)

foreach(name boost_json boost_container sqlite3)
  find_library(${name}_ARCHIVE lib${name}.a)
  mark_as_advanced(${name}_ARCHIVE)
endforeach()

# rsm_quick_start(program archives...): the archives that it needs.
function(rsm_quick_start program)
  if(RSM_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  foreach(name ${ARGN})
    if(${name}_ARCHIVE)
      list(APPEND archives ${${name}_ARCHIVE})
    endif()
  endforeach()
  target_link_libraries(${program} PRIVATE rsm_quick_start)
  # All of each archive, so that nothing asks for the shared library any more; what nobody calls goes again.
  target_link_options(${program} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed -Wl,--whole-archive ${archives} -Wl,--no-whole-archive)
endfunction()
