using PlantRuntime.Conformance.Time;
using PlantRuntime.Plugins.Mqtt.Session;

namespace PlantRuntime.Mqtt.Tests;

public class SilenceWatchTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void It_asks_after_half_of_the_keep_alive_time_even_when_something_is_sent_all_the_time()
    {
        var watch = new SilenceWatch(_clock, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));
        for (var second = 0; second < 9; second++)
        {
            After(1);
            watch.Sent();
            Assert.Equal(WatchResult.Fine, watch.Look(isWaiting: false));
        }

        Assert.Equal(WatchResult.Ask, LookAfter(watch, 1));
        Assert.Equal(WatchResult.Fine, LookAfter(watch, 4));
        Assert.Equal(WatchResult.Dead, LookAfter(watch, 1));
    }

    [Fact]
    public void Any_packet_is_a_sign_of_life_but_only_answers_are_progress()
    {
        var watch = new SilenceWatch(_clock, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(5));
        watch.Sent();
        Assert.Equal(WatchResult.Ask, LookAfter(watch, 4, isWaiting: true));
        watch.Received(isAnswer: true);
        Assert.Equal(WatchResult.Fine, LookAfter(watch, 3, isWaiting: true));
        watch.Received(isAnswer: false);
        Assert.Equal(WatchResult.Dead, LookAfter(watch, 2, isWaiting: true));
    }

    private WatchResult LookAfter(SilenceWatch watch, int seconds, bool isWaiting = false)
    {
        After(seconds);
        return watch.Look(isWaiting);
    }

    private void After(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
