using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Tests.Supervision;

public sealed class TimedCallsTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider _time = new();
    private readonly System.Threading.Channels.Channel<string> _faults = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private readonly TimedCalls _calls;

    public TimedCallsTests() => _calls = new TimedCalls(s_limit, _time, reason => _faults.Writer.TryWrite(reason));

    [Fact]
    public void A_token_is_cancelled_at_the_deadline_of_its_own_call_only()
    {
        var first = _calls.Begin();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), _calls.Elapsed);
        _calls.End();
        Assert.Equal(TimeSpan.Zero, _calls.Elapsed);
        var second = _calls.Begin();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(first.IsCancellationRequested || second.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(second.IsCancellationRequested && _calls.IsCancelled);
        _calls.End();
        Assert.False(_calls.Begin().IsCancellationRequested);
    }

    [Fact]
    public async Task An_exception_in_a_callback_is_reported_and_ends_nothing()
    {
        _calls.Begin().Register(() => throw new InvalidOperationException("oh"));
        _time.Advance(s_limit);
        Assert.Equal("a cancellation callback threw oh", await _faults.Reader.ReadAsync().AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_callback_that_blocks_does_not_hold_up_the_one_that_cancels()
    {
        using var never = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Begin().Register(() =>
        {
            entered.SetResult();
            never.Wait();
        });
        _calls.Cancel();
        await entered.Task.WaitAsync(s_patience);
        Assert.True(_calls.Begin().IsCancellationRequested);
        never.Set();
    }

    [Fact]
    public void A_call_without_a_deadline_is_timed_from_its_cancellation_on()
    {
        using var calls = new TimedCalls(Timeout.InfiniteTimeSpan, _time, _ => { });
        var token = calls.Begin();
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((TimeSpan.Zero, false), (calls.Elapsed, token.IsCancellationRequested));
        calls.CancelCall();
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal((TimeSpan.FromSeconds(7), true), (calls.Elapsed, token.IsCancellationRequested));
        calls.End();
        Assert.False(calls.Begin().IsCancellationRequested);
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var calls = new TimedCalls(s_limit, TimeProvider.System, _ => { });
        for (var i = 0; i < 100; i++) Call();
        Assert.Equal(0, AllocationMeter.ThreadBytes(0, () =>
        {
            for (var i = 0; i < 1000; i++) Call();
        }));

        void Call()
        {
            calls.Begin();
            calls.End();
        }
    }

    public void Dispose() => _calls.Dispose();
}
