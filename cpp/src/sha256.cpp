#include "sha256.hpp"

#include <array>
#include <cstdint>
#include <memory>

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace skymatte {

std::string sha256(std::span<const char> bytes) {
    const std::unique_ptr<AVSHA, decltype(&av_free)> state(av_sha_alloc(), &av_free);
    std::array<std::uint8_t, 32> digest{};
    av_sha_init(state.get(), 256);
    av_sha_update(state.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    av_sha_final(state.get(), digest.data());
    std::string text;
    for (const std::uint8_t byte : digest) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace skymatte
