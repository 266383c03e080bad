# What nearly every file includes, read once for all libraries and programs, and once for all tests (only where batches are compiled: a file by
# itself must name what it needs). It takes the compiler a second for each of them otherwise.
add_library(rsm_common_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/common_headers.cpp)
file(CONFIGURE OUTPUT common_headers.cpp CONTENT "")
target_link_libraries(rsm_common_headers PRIVATE fmt::fmt)
target_precompile_headers(rsm_common_headers PRIVATE <algorithm> <array> <charconv> <chrono> <cstdint> <deque> <expected> <filesystem> <functional>
  <map> <memory> <optional> <set> <span> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)

# owner: the target that has read them.
function(headers_for target owner)
  get_target_property(type ${target} TYPE)
  get_target_property(sources ${target} SOURCES)
  get_target_property(options ${target} COMPILE_OPTIONS)
  get_target_property(has_own ${target} PRECOMPILE_HEADERS)
  get_target_property(has_others ${target} PRECOMPILE_HEADERS_REUSE_FROM)
  # The compiler takes it only where the same options hold.
  if(type MATCHES "^(STATIC_LIBRARY|OBJECT_LIBRARY|EXECUTABLE)$" AND sources MATCHES "[.]cpp" AND NOT sources MATCHES "[.]c(;|$)"
     AND NOT options MATCHES "-O|-fno-sanitize=all" AND NOT has_own AND NOT has_others)
    target_compile_definitions(${target} PRIVATE FMT_SHARED)  # as whoever links fmt
    if(owner STREQUAL "test_headers")
      target_compile_definitions(${target} PRIVATE GTEST_HAS_PTHREAD=1)  # as whoever links GoogleTest
    endif()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

function(read_common_headers folder owner)
  if(folder STREQUAL "${CMAKE_SOURCE_DIR}/tests")
    set(owner test_headers)
  endif()
  get_property(rooms DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(room ${rooms})
    read_common_headers(${room} ${owner})
  endforeach()
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    headers_for(${target} ${owner})
  endforeach()
endfunction()
read_common_headers(${CMAKE_SOURCE_DIR} rsm_common_headers)
