#include "window.hpp"

#include <SDL.h>

#include <algorithm>
#include <cstdio>
#include <opencv2/imgproc.hpp>
#include <string>

#include "skymatte/draw.hpp"
#include "skymatte/error.hpp"

namespace skymatte::program {
namespace {

constexpr int pause_look = 20;  // milliseconds between two looks at the keys while paused

template <auto Destroy>
struct Free {
    template <typename Thing>
    void operator()(Thing* thing) const {
        Destroy(thing);
    }
};

void label(cv::Mat& picture, const std::string& text) {
    const double scale = std::max(0.4, picture.rows / 800.0);
    const cv::Point at(8, static_cast<int>(28 * scale) + 4);
    // Dark below bright: it can be read on any sky.
    cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar::all(0), 3, cv::LINE_AA);
    cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, scale, cv::Scalar::all(255), 1, cv::LINE_AA);
}

std::string figures(const Frame& frame, const cv::Mat& matte, const Summary& summary) {
    const std::chrono::duration<double, std::milli> age = std::chrono::steady_clock::now() - frame.taken;
    char text[96];
    std::snprintf(text, sizeof text, "%.1f fps  %.0f ms  sky %.1f %%", summary.rate(), age.count(), 100 * cv::mean(matte)[0]);
    return text;
}

}  // namespace

struct Window::Screen {
    explicit Screen(cv::Size size) {
        if (SDL_Init(SDL_INIT_VIDEO) != 0) throw Error(std::string("no window can be opened: ") + SDL_GetError());
        window.reset(SDL_CreateWindow("skymatte-video", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, size.width,
                                      size.height, SDL_WINDOW_RESIZABLE));
        renderer.reset(window ? SDL_CreateRenderer(window.get(), -1, 0) : nullptr);
        texture.reset(renderer ? SDL_CreateTexture(renderer.get(), SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING,
                                                   size.width, size.height)
                               : nullptr);
        if (!texture) throw Error(std::string("no window can be opened: ") + SDL_GetError());
        SDL_RenderSetLogicalSize(renderer.get(), size.width, size.height);
    }
    ~Screen() {
        texture.reset();
        renderer.reset();
        window.reset();
        SDL_Quit();
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    std::unique_ptr<SDL_Window, Free<SDL_DestroyWindow>> window;
    std::unique_ptr<SDL_Renderer, Free<SDL_DestroyRenderer>> renderer;
    std::unique_ptr<SDL_Texture, Free<SDL_DestroyTexture>> texture;
};

Window::Window(cv::Size frame, double opacity)
    : screen_(std::make_unique<Screen>(cv::Size(2 * frame.width, frame.height))), opacity_(opacity) {}

Window::~Window() = default;

bool Window::show(const Frame& frame, const cv::Mat& matte, const Summary& summary) {
    do {
        cv::Mat both;
        cv::hconcat(frame.rgb, overlay(frame.rgb, matte, opacity_), both);
        label(both, paused_ ? "paused" : figures(frame, matte, summary));
        SDL_UpdateTexture(screen_->texture.get(), nullptr, both.data, static_cast<int>(both.step));
        SDL_RenderClear(screen_->renderer.get());
        SDL_RenderCopy(screen_->renderer.get(), screen_->texture.get(), nullptr, nullptr);
        SDL_RenderPresent(screen_->renderer.get());
        if (!handle_keys()) return false;
        if (paused_) SDL_Delay(pause_look);
    } while (paused_);
    return true;
}

bool Window::handle_keys() {
    for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
        if (event.type == SDL_QUIT) return false;
        if (event.type != SDL_KEYDOWN) continue;
        switch (event.key.keysym.sym) {
            case SDLK_q:
            case SDLK_ESCAPE: return false;
            case SDLK_SPACE: paused_ = !paused_; break;
            case SDLK_PLUS:
            case SDLK_EQUALS:
            case SDLK_KP_PLUS: opacity_ = std::min(1.0, opacity_ + 0.1); break;
            case SDLK_MINUS:
            case SDLK_KP_MINUS: opacity_ = std::max(0.0, opacity_ - 0.1); break;
            default: break;
        }
    }
    return true;
}

}  // namespace skymatte::program
