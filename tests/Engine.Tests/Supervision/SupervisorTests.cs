using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Engine.Tests.Devices;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Supervision;

/// <summary>The supervisor with a scripted session on virtual time.</summary>
public sealed class SupervisorTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;

    public SupervisorTests() => _log = _lines.Open(_time, LogLevel.Debug);

    [Theory]
    [InlineData(false, "its session ended without a reason")]
    [InlineData(true, "oh")]
    public async Task A_session_that_ends_by_itself_is_replaced_after_a_pause_that_grows(bool throws, string reason)
    {
        var part = new Part(_time, _log);
        part.Begin();
        for (var i = 1; i <= 4; i++)
        {
            var session = await part.NextAsync();
            if (throws) session.End.SetException(new InvalidOperationException("oh"));
            else session.End.SetResult(null);
            if (i <= 3) await _lines.WhenAsync($"ENDED part=x {reason}", i);
            await part.WhenAsync(SupervisorState.Restarting);
            await _time.WhenArmedAsync().WaitAsync(s_patience);
            Assert.True(session.IsDisposed);
            _time.Advance(TimeSpan.FromSeconds(1 << (i - 1)));
        }

        await part.NextAsync();
        await part.StopAsync();
        Assert.Equal(SupervisorState.Stopped, part.Lifecycle);
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_opened_is_parked_with_the_reason()
    {
        var part = new Part(_time, _log) { OnOpen = () => throw new InvalidOperationException("no") };
        part.Begin();
        await _lines.WhenAsync("PARKED part=x reason=\"no\"");
        Assert.Equal(SupervisorState.Parked, part.Lifecycle);
    }

    [Fact]
    public async Task A_plugin_that_hangs_while_it_opens_is_parked_after_three_and_logged_once()
    {
        using var never = new ManualResetEventSlim();
        var opened = new SemaphoreSlim(0);
        var part = new Part(_time, _log)
        {
            OnOpen = () =>
            {
                opened.Release();
                never.Wait();
            },
        };
        part.Begin();
        for (var i = 0; i < 3; i++)
        {
            await opened.WaitAsync().WaitAsync(s_patience);
            _time.Advance(Supervisor.OpenTimeout);
            part.Poll();
        }

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Supervisor.OpenTimeout);
            part.Poll();
        }

        await _lines.WhenAsync("PARKED part=x it was not opened within 4 s 3 times");
        Assert.Equal(2, _lines.All.Count(l => l.Contains("HANG", StringComparison.Ordinal)));
        Assert.Single(_lines.All, l => l.Contains("PARKED", StringComparison.Ordinal));

        // Sessions that are opened after all are disposed.
        never.Set();
        for (var i = 0; i < 3; i++) await (await part.NextAsync()).Disposed.Task.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_stop_while_the_plugin_opens_ends_the_session_as_soon_as_it_is_open()
    {
        using var gate = new ManualResetEventSlim();
        var part = new Part(_time, _log) { OnOpen = gate.Wait };
        part.Begin();
        var stopping = part.StopAsync();
        Assert.False(stopping.IsCompleted);
        gate.Set();
        await stopping.WaitAsync(s_patience);
        Assert.True((await part.NextAsync()).IsDisposed);
        Assert.DoesNotContain(_lines.All, l => l.Contains("STOP ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_ignores_its_stop_is_left_behind()
    {
        var part = new Part(_time, _log);
        part.Begin();
        var session = await part.NextAsync();
        await part.WhenAsync(SupervisorState.Running);
        session.IgnoresStop = true;
        var stopping = part.StopAsync();
        await _time.WhenArmedAsync().WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(3));
        await _time.WhenArmedAsync().WaitAsync(s_patience);
        Assert.True(session.IsAbandoned);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await stopping.WaitAsync(s_patience);
        await _lines.WhenAsync("STOP part=x left behind");

        // The next session starts although the former has not ended.
        part.Begin();
        Assert.NotSame(session, await part.NextAsync());
        await part.StopAsync();
    }

    [Fact]
    public async Task Faults_without_a_call_park_the_plugin_at_the_third_and_those_of_a_former_session_do_not_count()
    {
        var part = new Part(_time, _log);
        part.Begin();
        var session = await part.NextAsync();
        await part.WhenAsync(SupervisorState.Running);
        part.ReportFault(new ScriptedSession(), "foreign");
        part.ReportFault(session, "a callback threw");
        part.ReportFault(session, "a callback threw");
        Assert.Equal(SupervisorState.Running, part.Lifecycle);
        part.ReportFault(session, "a callback threw");
        await _lines.WhenAsync("PARKED part=x a callback threw (3 faults)");
        Assert.True(session.IsAbandoned);
        Assert.DoesNotContain(_lines.All, l => l.Contains("foreign", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disposal_that_hangs_is_logged_and_does_not_delay_the_next_start()
    {
        var part = new Part(_time, _log);
        part.Begin();
        var session = await part.NextAsync();
        session.Disposal = new TaskCompletionSource();
        var stopping = part.StopAsync();
        await session.Disposed.Task.WaitAsync(s_patience);
        await _time.WhenArmedAsync(2).WaitAsync(s_patience);
        _time.Advance(Supervisor.CloseTimeout);
        await stopping.WaitAsync(s_patience);
        await _lines.WhenAsync("CLOSE part=x its disposal did not end within 2 s");
        part.Begin();
        await part.NextAsync();
        await part.StopAsync();
    }

    [Fact]
    public async Task A_parked_plugin_is_tried_again_after_pauses_that_grow_until_it_works()
    {
        var part = new Part(_time, _log);
        part.Begin();
        foreach (var minutes in new[] { 10, 20, 40, 60, 60 })
        {
            (await part.NextAsync()).End.SetResult("three bugs");
            await part.WhenAsync(SupervisorState.Parked);
            await _lines.WhenAsync($"PARKED part=x pause={TimeSpan.FromMinutes(minutes)}");
            _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            part.Poll();
            Assert.Equal(SupervisorState.Parked, part.Lifecycle);
            _time.Advance(TimeSpan.FromSeconds(1));
            part.Poll();
        }

        var session = await part.NextAsync();
        await part.WhenAsync(SupervisorState.Running);
        part.Works();
        session.End.SetResult("three bugs");
        await _lines.WhenAsync("PARKED part=x pause=00:10:00", 2);
    }

    [Fact]
    public async Task A_restart_opens_a_parked_plugin_at_once_and_a_running_one_after_its_end()
    {
        var part = new Part(_time, _log);
        part.Begin();
        (await part.NextAsync()).End.SetResult("three bugs");
        await part.WhenAsync(SupervisorState.Parked);
        Assert.True(await part.RestartAsync(s_patience).WaitAsync(s_patience));
        var second = await part.NextAsync();
        await part.WhenAsync(SupervisorState.Running);
        Assert.True(await part.RestartAsync(s_patience).WaitAsync(s_patience));
        await part.NextAsync();
        Assert.True(second.IsDisposed);
        await part.StopAsync();
        Assert.False(await part.RestartAsync(s_patience).WaitAsync(s_patience));
        _time.Advance(TimeSpan.FromHours(2));
        part.Poll();
        Assert.Equal(SupervisorState.Stopped, part.Lifecycle);
    }

    [Fact]
    public async Task A_session_that_does_not_end_does_not_prevent_a_restart()
    {
        var part = new Part(_time, _log);
        part.Begin();
        var session = await part.NextAsync();
        await part.WhenAsync(SupervisorState.Running);
        session.IgnoresStop = true;
        var restarting = part.RestartAsync(TimeSpan.FromSeconds(3));
        await _time.WhenArmedAsync().WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(3));
        await _time.WhenArmedAsync().WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(await restarting.WaitAsync(s_patience));
        Assert.True(session.IsAbandoned);
        await part.NextAsync();
        await part.StopAsync();
    }

    [Fact]
    public async Task A_plugin_that_was_never_opened_is_not_tried_again()
    {
        var part = new Part(_time, _log);
        part.Park("suspended");
        await _lines.WhenAsync("PARKED part=x suspended");
        _time.Advance(TimeSpan.FromHours(2));
        part.Poll();
        Assert.Equal(SupervisorState.Parked, part.Lifecycle);
        Assert.False(await part.RestartAsync(s_patience));
    }

    [Fact]
    public async Task A_device_stopped_twice_at_the_same_time_stops_once()
    {
        await using var fixture = new DeviceFixture();
        fixture.Start();
        await fixture.NextAsync();
        await Task.WhenAll(fixture.Runner.StopAsync("a", s_patience), fixture.Runner.StopAsync("b", s_patience)).WaitAsync(s_patience);
        Assert.Equal(DeviceState.Stopped, fixture.Runner.Status.State);
        Assert.True(fixture.Drivers[0].IsDisposed);
    }

    public void Dispose() => _log.Dispose();

    private sealed class Part(TimeProvider time, PlantLog log) : Supervisor(time)
    {
        private readonly System.Threading.Channels.Channel<ScriptedSession> _sessions =
            System.Threading.Channels.Channel.CreateUnbounded<ScriptedSession>();

        public Action? OnOpen { get; init; }

        protected override TimeSpan HangTimeout => TimeSpan.FromSeconds(5);

        protected override string HangReason => "it hangs";

        public void Begin() => Start(() =>
        {
            OnOpen?.Invoke();
            var session = new ScriptedSession();
            _sessions.Writer.TryWrite(session);
            return session;
        });

        public Task<ScriptedSession> NextAsync() => _sessions.Reader.ReadAsync().AsTask().WaitAsync(s_patience);

        public Task StopAsync() => EndAsync(TimeSpan.FromSeconds(3), "the test ends");

        public async Task WhenAsync(SupervisorState state)
        {
            using var patience = new CancellationTokenSource(s_patience);
            while (Lifecycle != state)
            {
                Assert.False(patience.IsCancellationRequested, $"{Lifecycle} instead of {state}");
                await Task.Yield();
            }
        }

        protected override void LogParked(string reason, TimeSpan? pause) => log.Error($"PARKED part=x reason=\"{reason}\" pause={pause}");

        public void Works() => ReportWorking();

        protected override void LogHang(string reason) => log.Error($"HANG part=x reason=\"{reason}\"");

        protected override void LogFault(string reason, int faults) => log.Error($"FAULT part=x reason=\"{reason}\" faults={faults}");

        protected override void LogEnded(string reason, TimeSpan pause, long suppressed) => log.Error($"ENDED part=x reason=\"{reason}\"");

        protected override void LogLeftBehind() => log.Warn($"STOP part=x reason=\"left behind\"");

        protected override void LogCloseFailed(string reason) => log.Warn($"CLOSE part=x reason=\"{reason}\"");

        protected override void OnChanged(SupervisorState state, string? reason)
        {
        }
    }

    private sealed class ScriptedSession : ISession
    {
        public TaskCompletionSource<string?> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource? Disposal { get; set; }

        public bool IgnoresStop { get; set; }

        public bool IsAbandoned { get; private set; }

        public bool IsDisposed => Disposed.Task.IsCompleted;

        public TimeSpan CallTime => TimeSpan.Zero;

        public Task<string?> RunAsync() => End.Task;

        public void Stop()
        {
            if (!IgnoresStop) End.TrySetResult(null);
        }

        public void Abandon()
        {
            IsAbandoned = true;
            Stop();
        }

        public ValueTask DisposeAsync()
        {
            Disposed.TrySetResult();
            return Disposal is null ? default : new ValueTask(Disposal.Task);
        }
    }
}
