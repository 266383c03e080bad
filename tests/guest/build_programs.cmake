# Configures (the first time) and builds PROGRAMS of SOURCE in FOLDER without sanitizer, UNITY or not; quiet unless something fails.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "${said}")
  endif()
endfunction()

if(NOT EXISTS ${FOLDER}/CMakeCache.txt)
  run(${CMAKE_COMMAND} -S ${SOURCE} -B ${FOLDER} -G ${GENERATOR} -DCMAKE_BUILD_TYPE=Debug -DRSM_SANITIZE= -DRSM_TESTS=ON -DCMAKE_UNITY_BUILD=${UNITY} "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -w" "-DCMAKE_C_FLAGS_DEBUG=-O0 -w")
endif()
run(${CMAKE_COMMAND} --build ${FOLDER} --parallel 2 --target ${PROGRAMS})
