# What nearly every file of a library includes, read once for all libraries (only where batches are compiled: a file by itself must name what it
# needs). It takes the compiler a second for each of them otherwise.
add_library(rsm_common_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/common_headers.cpp)
file(CONFIGURE OUTPUT common_headers.cpp CONTENT "")
target_link_libraries(rsm_common_headers PRIVATE fmt::fmt)
target_precompile_headers(rsm_common_headers PRIVATE <algorithm> <array> <charconv> <chrono> <cstdint> <deque> <expected> <filesystem> <functional>
  <map> <memory> <optional> <set> <span> <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)

function(read_common_headers folder)
  get_property(rooms DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(room ${rooms})
    read_common_headers(${room})
  endforeach()
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    get_target_property(sources ${target} SOURCES)
    get_target_property(options ${target} COMPILE_OPTIONS)
    # The compiler takes it only where the same options hold.
    if(type MATCHES "^(STATIC|OBJECT)_LIBRARY$" AND sources MATCHES "[.]cpp" AND NOT sources MATCHES "[.]c(;|$)" AND NOT options MATCHES "-O|-fno-sanitize"
       AND NOT target STREQUAL "rsm_common_headers")
      target_compile_definitions(${target} PRIVATE FMT_SHARED)
      target_precompile_headers(${target} REUSE_FROM rsm_common_headers)
    endif()
  endforeach()
endfunction()
read_common_headers(${CMAKE_SOURCE_DIR})
