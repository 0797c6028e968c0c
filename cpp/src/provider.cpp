#include "provider.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace skymatte {
namespace {

const char* library_name(Provider provider) {
    switch (provider) {
        case Provider::cuda: return "CUDAExecutionProvider";
        case Provider::tensorrt: return "TensorrtExecutionProvider";
        case Provider::cpu: break;
    }
    return "CPUExecutionProvider";
}

}  // namespace

UsageError missing_provider(Provider provider, const std::string& why) {
    const std::string needs = provider == Provider::cuda ? "an NVIDIA GPU with its driver, CUDA and cuDNN"
                                                         : "an NVIDIA GPU with its driver, CUDA and TensorRT";
    return UsageError(std::string("provider '") + name_of(provider) + "' was asked for and is not on this machine (" +
                      why + "); it needs " + needs +
                      ", and the GPU build of ONNX Runtime (or use --provider cpu)");
}

namespace {

/// Options of a provider, as ONNX Runtime's C API hands them out and wants them back.
class CudaOptions {
public:
    explicit CudaOptions(int device) {
        Ort::ThrowOnError(Ort::GetApi().CreateCUDAProviderOptions(&options_));
        const std::string number = std::to_string(device);
        const char* const keys[] = {"device_id"};
        const char* const values[] = {number.c_str()};
        Ort::ThrowOnError(Ort::GetApi().UpdateCUDAProviderOptions(options_, keys, values, 1));
    }
    ~CudaOptions() { Ort::GetApi().ReleaseCUDAProviderOptions(options_); }
    CudaOptions(const CudaOptions&) = delete;
    CudaOptions& operator=(const CudaOptions&) = delete;
    void append_to(Ort::SessionOptions& session) const { session.AppendExecutionProvider_CUDA_V2(*options_); }

private:
    OrtCUDAProviderOptionsV2* options_ = nullptr;
};

class TensorRtOptions {
public:
    explicit TensorRtOptions(const RunOptions& asked) {
        Ort::ThrowOnError(Ort::GetApi().CreateTensorRTProviderOptions(&options_));
        const bool cached = !asked.engine_cache.empty();
        const std::string folder = asked.engine_cache.string();
        set("device_id", std::to_string(asked.device));
        set("trt_fp16_enable", asked.fp16 ? "1" : "0");
        set("trt_engine_cache_enable", cached ? "1" : "0");
        set("trt_timing_cache_enable", cached ? "1" : "0");
        if (cached) set("trt_engine_cache_path", folder);
        if (cached) set("trt_timing_cache_path", folder);
    }
    ~TensorRtOptions() { Ort::GetApi().ReleaseTensorRTProviderOptions(options_); }
    TensorRtOptions(const TensorRtOptions&) = delete;
    TensorRtOptions& operator=(const TensorRtOptions&) = delete;
    void append_to(Ort::SessionOptions& session) const { session.AppendExecutionProvider_TensorRT_V2(*options_); }

private:
    void set(const char* key, const std::string& value) {
        const char* const keys[] = {key};
        const char* const values[] = {value.c_str()};
        Ort::ThrowOnError(Ort::GetApi().UpdateTensorRTProviderOptions(options_, keys, values, 1));
    }
    OrtTensorRTProviderOptionsV2* options_ = nullptr;
};

void append(Ort::SessionOptions& session, const RunOptions& asked) {
    const std::vector<std::string> known = Ort::GetAvailableProviders();
    if (std::find(known.begin(), known.end(), library_name(asked.provider)) == known.end())
        throw missing_provider(asked.provider, "this build of ONNX Runtime does not have it");
    try {
        if (asked.provider == Provider::tensorrt) TensorRtOptions(asked).append_to(session);
        // Below TensorRT too: operators that TensorRT leaves stay on the GPU.
        CudaOptions(asked.device).append_to(session);
    } catch (const Ort::Exception& error) {
        throw missing_provider(asked.provider, error.what());
    }
}

}  // namespace

Provider provider_named(const std::string& name) {
    for (const Provider each : {Provider::cpu, Provider::cuda, Provider::tensorrt})
        if (name == name_of(each)) return each;
    throw UsageError("unknown provider '" + name + "'; choose one of cpu, cuda, tensorrt");
}

const char* name_of(Provider provider) {
    switch (provider) {
        case Provider::cuda: return "cuda";
        case Provider::tensorrt: return "tensorrt";
        case Provider::cpu: break;
    }
    return "cpu";
}

Ort::SessionOptions session_options(const RunOptions& options) {
    Ort::SessionOptions session;
    session.SetIntraOpNumThreads(options.threads);
    session.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);  // failures reach the caller as errors
    // Cores are shared with decoding and encoding: a thread that waits in a loop takes them away from those.
    session.AddConfigEntry("session.intra_op.allow_spinning", "0");
    if (options.provider != Provider::cpu) append(session, options);
    return session;
}

}  // namespace skymatte
