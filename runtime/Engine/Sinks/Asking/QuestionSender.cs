using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Queue;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Sinks.Asking;

/// <summary>
/// Sends the records of questions to a sink that answers, several at a time if the sink allows it, and returns the outcomes in the order of
/// the records. An answer that comes before that of an earlier record is kept. Owned by one <see cref="SinkSession"/>, which asks for one
/// batch at a time; <see cref="Stop"/>, <see cref="Cancel"/> and <see cref="CallTime"/> may be used by any thread.
/// </summary>
/// <param name="sink">The sink, connected.</param>
/// <param name="registry">Knows the recipes that get the answers.</param>
/// <param name="calls">Time the calls; their number is that of the questions at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class QuestionSender(IAnsweringSink sink, QuestionRegistry registry, TimedCalls[] calls, TimeProvider time) : IDisposable
{
    /// <summary>Largest answer of any sink: 16 MiB, so that 64 of them fit into a gateway's memory for a moment.</summary>
    private const int MaxAnswerBytes = 16 << 20;

    private readonly Dictionary<RecordId, QuestionOutcome> _early = [];
    private readonly ConcurrentDictionary<RecordId, (int Count, string Reason)> _failures = [];
    // Not disposed, because a session is abandoned after its disposal, too; without timers it holds no resources.
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Time of the longest running call; zero when none is running.</summary>
    public TimeSpan CallTime
    {
        get
        {
            var longest = TimeSpan.Zero;
            foreach (var call in calls) longest = call.Elapsed > longest ? call.Elapsed : longest;
            return longest;
        }
    }

    /// <summary>Ends the waits for recipes; running calls go on.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Cancels the running calls, too.</summary>
    public void Cancel()
    {
        Stop();
        foreach (var call in calls) call.Cancel();
    }

    public void Dispose()
    {
        foreach (var call in calls) call.Dispose();
    }

    /// <summary>Asks the first records.</summary>
    /// <param name="batch">The batch of the records.</param>
    /// <param name="records">Their indexes, ascending.</param>
    /// <returns>The outcomes of the first records, in order; none when the session ends.</returns>
    /// <exception cref="Exception">The exception of the sink for the first record, other than a rejection.</exception>
    public async Task<IReadOnlyList<QuestionOutcome>> AskAsync(SinkBatch batch, IReadOnlyList<int> records)
    {
        var asked = new List<Task<QuestionOutcome>>();
        var running = 0;
        foreach (var index in records)
        {
            if (running == calls.Length) break;
            if (_early.Remove(batch.Batch[index].Id, out var early))
            {
                asked.Add(Task.FromResult(early));
                continue;
            }

            // The answers to earlier records are not held up by a recipe that does not run.
            var route = batch.Recipes[index];
            var target = registry.Find(route);
            if (target is null && asked.Count > 0) break;
            if (target is null && !_stop.IsCancellationRequested)
                target = await FindAsync(route).ConfigureAwait(false);
            if (_stop.IsCancellationRequested) break;
            if (WhyGivenUp(batch, index, target) is { } refusal) asked.Add(Task.FromResult(refusal));
            else asked.Add(AskAsync(batch, index, calls[running++]));
        }

        await ((Task)Task.WhenAll(asked)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var outcomes = asked.TakeWhile(a => a.IsCompletedSuccessfully).Select(a => a.Result).ToList();
        foreach (var outcome in outcomes) _failures.TryRemove(outcome.Id, out _);
        foreach (var later in asked.Skip(outcomes.Count).Where(a => a.IsCompletedSuccessfully)) _early[later.Result.Id] = later.Result;

        // A failure behind the first outcomes happens again when its record is the first.
        if (outcomes.Count == 0 && asked.Count > 0) await asked[0].ConfigureAwait(false);
        return outcomes;
    }

    private async Task<QuestionTarget?> FindAsync(string route)
    {
        try
        {
            return await registry.FindAsync(route, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private QuestionOutcome? WhyGivenUp(SinkBatch batch, int index, QuestionTarget? target)
    {
        var id = batch.Batch[index].Id;
        var (failures, reason) = _failures.GetValueOrDefault(id);
        var why = target is null ? $"nobody takes its answer: {batch.Recipes[index]} does not run; plant queue retry asks again"
            : target.Limits.Attempts <= failures ? $"no answer in {Plural.Format(failures, "attempt")}: {reason}"
            : IsTooOld(batch, index, target.Limits)
                ? $"no answer within {DurationText.Format(target.Limits.MaxAge!.Value)}{Because(reason)}"
            : null;
        return why is null ? null : new QuestionOutcome(index, id, default, why, failures, WasSent: false);
    }

    private bool IsTooOld(SinkBatch batch, int index, QuestionLimits limits) =>
        limits.MaxAge is { } most && batch.StoredAt(index) is { } stored && time.GetElapsedTime(stored) > most;

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private async Task<QuestionOutcome> AskAsync(SinkBatch batch, int index, TimedCalls call)
    {
        var request = batch.Batch[index];
        var tries = _failures.GetValueOrDefault(request.Id).Count + 1;
        try
        {
            var answer = await CallAsync(request, call).ConfigureAwait(false);
            return answer.Body.Length <= MaxAnswerBytes
                ? new QuestionOutcome(index, request.Id, answer, null, tries)
                : new QuestionOutcome(index, request.Id, default, $"the answer is larger than {MaxAnswerBytes >> 20} MB", tries);
        }
        catch (RejectedException rejected)
        {
            return new QuestionOutcome(index, request.Id, default, PluginFault.Describe(rejected), tries);
        }
        catch (Exception exception)
        {
            _failures[request.Id] = (tries, PluginFault.Describe(exception));
            throw;
        }
    }

    private async Task<SinkAnswer> CallAsync(Record request, TimedCalls call)
    {
        var cancel = call.Begin();
        try
        {
            return await sink.AskAsync(request, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (call.IsCancelled && !_stop.IsCancellationRequested)
        {
            throw new NotConnectedException($"no answer within {call.Limit.TotalSeconds:0} s", exception);
        }
        finally
        {
            call.End();
        }
    }
}

/// <summary>The outcome of a question: an answer, or the reason why there will be none. Immutable.</summary>
/// <param name="Index">Index of the record in its batch.</param>
/// <param name="Id">Identity of the record.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Refusal">The reason for a dead letter; null for an answer.</param>
/// <param name="Tries">Number of times that the record was sent.</param>
/// <param name="WasSent">False if the host gave up without sending it.</param>
internal sealed record QuestionOutcome(int Index, RecordId Id, SinkAnswer Answer, string? Refusal, int Tries, bool WasSent = true);
