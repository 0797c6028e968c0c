/// A network with its card, run by ONNX Runtime.
#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "skymatte/card.hpp"

namespace skymatte {

/// What executes a model.
enum class Provider { cpu, cuda, tensorrt };

/// The provider of that name: "cpu", "cuda" or "tensorrt".  Throws UsageError if there is none.
Provider provider_named(const std::string& name);

/// Name of a provider, for messages and reports.
const char* name_of(Provider provider);

/// How to run a model.
struct RunOptions {
    Provider provider = Provider::cpu;
    int threads = 1;                       ///< of one call, on the CPU
    int device = 0;                        ///< number of the GPU
    std::filesystem::path engine_cache{};  ///< folder in which TensorRT keeps built engines; empty: none are kept
    bool fp16 = false;                     ///< TensorRT may compute in half precision
};

/// An opened network.  Safe to use from several threads.
class Model {
public:
    /// Opens an ONNX file that carries a card.
    ///
    /// Throws UsageError if the provider is not on this machine (there is no fallback to another one), Error if the
    /// file is missing, damaged or carries no card.
    Model(const std::filesystem::path& path, const RunOptions& options);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    [[nodiscard]] const Card& card() const;

    /// Hexadecimal SHA-256 of the file.
    [[nodiscard]] const std::string& sha256() const;

    /// Probability of sky: H×W CV_32FC3 network input of any size → H×W CV_32F in [0, 1].
    ///
    /// The input is padded by reflection at the right and the bottom to the card's multiple, and the answer cropped
    /// back.  A network that takes a prior is told nothing, 0.5 everywhere.
    [[nodiscard]] cv::Mat predict(const cv::Mat& encoded) const;

private:
    struct Session;
    std::unique_ptr<Session> session_;
};

}  // namespace skymatte
