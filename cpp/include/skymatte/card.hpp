/// The model card: what a caller must know about a model, carried as JSON inside the ONNX file.
#pragma once

#include <string>

namespace skymatte {

/// Key of the card among the custom metadata of the ONNX file.
inline constexpr const char* card_key = "skymatte.card";

/// How linear light becomes network input.
enum class Encoding {
    log,  ///< SkyGAN's: (ln(x + 0.001) + 2.5) / 4.4
    ldr,  ///< sRGB, clipped to [0, 1], in steps of 1/255
};

/// The fields of a card that running the model needs.
struct Card {
    std::string name;
    std::string version;
    Encoding encoding = Encoding::log;
    int multiple = 32;       ///< both sides of a network input are multiples of this many pixels
    int coarse_side = 0;     ///< longer side in pixels at which a frame is shown to the network
    double threshold = 0.5;  ///< matte value in (0, 1) from which a pixel counts as sky
    bool prior = false;      ///< the network takes a coarser answer as a fourth plane

    /// Reads a card; fields that are not needed here are passed over.
    ///
    /// Throws Error if it is no JSON object, a field is missing or out of range, or the encoding is one that only the
    /// Python package knows.
    static Card from_json(const std::string& text);
};

}  // namespace skymatte
