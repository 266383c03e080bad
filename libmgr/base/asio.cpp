// What Asio is made of, compiled once (libmgr/base/CMakeLists.txt).
#include <boost/asio/impl/src.hpp>
