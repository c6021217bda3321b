using PlantRuntime.Conformance.Time;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests;

/// <summary>A loop of the host survives the exceptions of its steps.</summary>
public sealed class SiteLoopTests
{
    [Fact]
    public async Task A_step_that_throws_ends_neither_the_loop_nor_the_other_steps_and_is_logged_once()
    {
        var (time, lines) = (new ManualTimeProvider(), new LogLines());
        using var log = lines.Open(TimeProvider.System, LogLevel.Debug);
        using var stop = new CancellationTokenSource();
        var (failure, rounds) = ((Exception?)new UnauthorizedAccessException("Access to recipes is denied."), new SemaphoreSlim(0));
        var loop = new SiteLoop("files", () => TimeSpan.FromSeconds(0.2),
            [("recipes", _ => failure is null ? Task.CompletedTask : throw failure), ("editor", CountAsync)], time, log);
        var running = loop.RunAsync(stop.Token);
        for (var i = 0; i < 5; i++) await RoundAsync();
        failure = new InvalidOperationException("a fault of the host");
        await RoundAsync();

        // A foreign cancellation is a failure too.
        failure = new OperationCanceledException("foreign");
        await RoundAsync();
        failure = null;
        await RoundAsync();
        await lines.WhenAsync("LOOP name=files step=recipes state=Running failures=7");
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(20));
        log.Dispose();
        Assert.Equal(
            ["Access to recipes is denied.", "a fault of the host", "foreign", "failures=7"],
            lines.All.Select(
                l => new[] { "Access to recipes is denied.", "a fault of the host", "foreign",
                    "failures=7" }.Single(part => l.Contains(part, StringComparison.Ordinal))));

        Task CountAsync(CancellationToken cancel)
        {
            rounds.Release();
            return Task.CompletedTask;
        }

        async Task RoundAsync()
        {
            await time.WhenArmedAsync(1);
            time.AdvanceToNextTimer();
            Assert.True(await rounds.WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }
}
