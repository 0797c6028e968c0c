#include "skymatte/model.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "provider.hpp"
#include "sha256.hpp"
#include "skymatte/error.hpp"

namespace skymatte {
namespace {

constexpr float open_answer = 0.5F;  // a prior that says nothing

std::vector<char> content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file || content.empty()) throw Error("no model can be read from there");
    return content;
}

Ort::Env& environment() {
    static Ort::Env shared(ORT_LOGGING_LEVEL_FATAL, "skymatte");
    return shared;
}

Card card_in(const Ort::Session& session) {
    Ort::AllocatorWithDefaultOptions allocator;
    const auto text = session.GetModelMetadata().LookupCustomMetadataMapAllocated(card_key, allocator);
    if (!text)
        throw Error(std::string("an ONNX model without a skymatte card (metadata '") + card_key +
                    "'): not made for this program");
    return Card::from_json(text.get());
}

int padded(int side, int multiple) { return (side + multiple - 1) / multiple * multiple; }

/// Opens a network.  A provider that cannot be had, as for want of a GPU, shows in that the network runs without it.
Ort::Session open_session(const std::vector<char>& content, const RunOptions& options) {
    const auto open = [&content](const RunOptions& how) {
        return Ort::Session(environment(), content.data(), content.size(), session_options(how));
    };
    try {
        return open(options);
    } catch (const Ort::Exception& error) {
        if (options.provider == Provider::cpu) throw;
        open({.provider = Provider::cpu, .threads = 1});  // throws if the network is at fault
        throw missing_provider(options.provider, error.what());
    }
}

}  // namespace

struct Model::Session {
    Session(const std::filesystem::path& path, const RunOptions& options)
        : content(content_of(path)),
          session(open_session(content, options)),
          card(card_in(session)),
          sha256(skymatte::sha256(content)) {
        Ort::AllocatorWithDefaultOptions allocator;
        input = session.GetInputNameAllocated(0, allocator).get();
        output = session.GetOutputNameAllocated(0, allocator).get();
        content = {};
    }

    std::vector<char> content;
    Ort::Session session;
    Card card;
    std::string sha256;
    std::string input, output;
};

Model::Model(const std::filesystem::path& path, const RunOptions& options) try
    : session_(std::make_unique<Session>(path, options)) {
} catch (const Ort::Exception& error) {
    throw Error(path.string() + ": no ONNX model that can run: " + error.what());
} catch (const UsageError&) {
    throw;
} catch (const Error& error) {
    throw Error(path.string() + ": " + error.what());
}

Model::~Model() = default;

const Card& Model::card() const { return session_->card; }

const std::string& Model::sha256() const { return session_->sha256; }

cv::Mat Model::predict(const cv::Mat& encoded) const {
    const Card& known = session_->card;
    const int height = padded(encoded.rows, known.multiple), width = padded(encoded.cols, known.multiple);
    cv::Mat whole = encoded;
    if (whole.rows != height || whole.cols != width)
        cv::copyMakeBorder(encoded, whole, 0, height - encoded.rows, 0, width - encoded.cols, cv::BORDER_REFLECT_101);
    const int planes = known.prior ? 4 : 3;
    cv::Mat input(planes * height, width, CV_32F);
    std::vector<cv::Mat> channels;
    for (int plane = 0; plane < 3; ++plane) channels.push_back(input.rowRange(plane * height, (plane + 1) * height));
    cv::split(whole, channels);
    if (known.prior) input.rowRange(3 * height, 4 * height) = open_answer;

    const std::array<std::int64_t, 4> shape{1, planes, height, width};
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const auto tensor = Ort::Value::CreateTensor<float>(memory, input.ptr<float>(), input.total(), shape.data(), 4);
    const char* const inputs[] = {session_->input.c_str()};
    const char* const outputs[] = {session_->output.c_str()};
    try {
        auto answers = session_->session.Run(Ort::RunOptions{}, inputs, &tensor, 1, outputs, 1);
        const cv::Mat answer(height, width, CV_32F, answers.at(0).GetTensorMutableData<float>());
        cv::Mat sky;
        cv::min(answer(cv::Rect(0, 0, encoded.cols, encoded.rows)), 1.0, sky);
        cv::max(sky, 0.0, sky);
        return sky;
    } catch (const Ort::Exception& error) {
        throw Error(std::string("the model cannot run: ") + error.what());
    }
}

}  // namespace skymatte
