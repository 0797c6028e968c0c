#pragma once

#include <span>
#include <string>

namespace skymatte {

/// Hexadecimal SHA-256 of bytes.
std::string sha256(std::span<const char> bytes);

}  // namespace skymatte
