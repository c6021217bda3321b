using PlantRuntime.Conformance.Time;
using PlantRuntime.Plugins.Mqtt.Session;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>Tests the keep-alive decisions with a manual clock.</summary>
public class KeepAliveMonitorTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void A_ping_is_due_after_half_of_the_keep_alive_time_even_while_messages_are_sent()
    {
        var monitor = new KeepAliveMonitor(_clock, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));
        for (var second = 0; second < 9; second++)
        {
            Advance(1);
            monitor.OnSent();
            Assert.Equal(KeepAliveAction.None, monitor.Poll(isAwaitingAnswer: false));
        }

        Assert.Equal(KeepAliveAction.SendPing, PollAfter(monitor, 1));
        Assert.Equal(KeepAliveAction.None, PollAfter(monitor, 4));
        Assert.Equal(KeepAliveAction.Close, PollAfter(monitor, 1));
    }

    [Fact]
    public void Any_packet_answers_a_ping_but_only_acknowledgements_are_progress()
    {
        var monitor = new KeepAliveMonitor(_clock, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(5));
        monitor.OnSent();
        Assert.Equal(KeepAliveAction.SendPing, PollAfter(monitor, 4, isAwaitingAnswer: true));
        monitor.OnReceived(isAnswer: true);
        Assert.Equal(KeepAliveAction.None, PollAfter(monitor, 3, isAwaitingAnswer: true));
        monitor.OnReceived(isAnswer: false);
        Assert.Equal(KeepAliveAction.Close, PollAfter(monitor, 2, isAwaitingAnswer: true));
    }

    private KeepAliveAction PollAfter(KeepAliveMonitor monitor, int seconds, bool isAwaitingAnswer = false)
    {
        Advance(seconds);
        return monitor.Poll(isAwaitingAnswer);
    }

    private void Advance(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
