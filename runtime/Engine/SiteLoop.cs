using PlantRuntime.Logging;

namespace PlantRuntime.Engine;

/// <summary>
/// Repeats the steps of one of the host's loops until it is cancelled, one step at a time on the thread pool. An exception ends neither the
/// loop nor the other steps of the round: it is logged once, its repetitions are counted, and the next success of the step is logged with
/// their number. Owned by SiteHost.
/// </summary>
/// <param name="name">Name of the loop in the log.</param>
/// <param name="pause">Returns the pause before the next round.</param>
/// <param name="steps">The steps of a round by name, in order.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the failures.</param>
internal sealed class SiteLoop(
    string name, Func<TimeSpan> pause, IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> steps, TimeProvider time,
    PlantLog log)
{
    private readonly (string Reason, long Repeated)?[] _failures = new (string, long)?[steps.Count];

    /// <summary>Runs rounds until cancelled; then it returns normally.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(pause(), time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var i = 0; i < steps.Count && !cancel.IsCancellationRequested; i++) await RunStepAsync(i, cancel).ConfigureAwait(false);
        }
    }

    private async Task RunStepAsync(int i, CancellationToken cancel)
    {
        try
        {
            await steps[i].RunAsync(cancel).ConfigureAwait(false);
            if (_failures[i] is not { } over) return;
            _failures[i] = null;
            log.Info($"LOOP name={name} step={steps[i].Name} state=Running failures={over.Repeated}");
        }
        catch (Exception exception) when (exception is OperationCanceledException && cancel.IsCancellationRequested)
        {
            // The host ends.
        }
        catch (Exception exception)
        {
            var reason = Describe(exception);
            var isRepeated = _failures[i] is { } failure && failure.Reason == reason;
            _failures[i] = (reason, (_failures[i]?.Repeated ?? 0) + 1);
            if (isRepeated) return;
            log.Error($"LOOP name={name} step={steps[i].Name} reason=\"{reason}\" "
                + $"next=\"it is tried again every {pause().TotalSeconds:0.#} s; all else runs on\"");
        }
    }

    /// <summary>Known faults of files are named by their message; others are faults of the host, with their stack.</summary>
    private static string Describe(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or OutOfMemoryException ? exception.Message : exception.ToString();
}
