using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Storage;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.RecipeHost.State;

/// <summary>
/// Keeps the state of one recipe on disk: saves it every ten seconds while scans arrive and at the end of the host, and restores it at a
/// start. If another host waits to take over, the state is also kept in memory every second (<see cref="StateFolder.Latest"/>). Owned by
/// one RecipeSlot, which calls it under its gate; a periodic save waits for the recipe's thread and writes after the gate is released, one
/// save at a time. I/O errors are logged, never thrown.
/// </summary>
internal sealed class RecipeStateStore(string recipe, StateFolder folder, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    /// <summary>Less than a second, so that a slot that calls every second or half second saves every second.</summary>
    private static readonly TimeSpan s_everyInMemory = TimeSpan.FromSeconds(0.7);

    /// <summary>Longest absence that counts: 366 days. A longer one means that the clock was set.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    private readonly LogLimit _limit = new(time, TimeSpan.FromMinutes(1));
    private Task _saving = Task.CompletedTask;
    private long _last = time.GetTimestamp();
    private long _written = time.GetTimestamp();
    private (DateTime Taken, byte[] Bytes)? _unwritten;
    private long _savedTicks;

    /// <summary>Time of the state that is on disk, UTC; null when there is none. Any thread.</summary>
    public DateTime? Saved => Volatile.Read(ref _savedTicks) is > 0 and var ticks ? new DateTime(ticks, DateTimeKind.Utc) : null;

    /// <summary>
    /// Called every second by the slot: requests the state of the running version when it is due, and saves it when it arrives.
    /// </summary>
    public void SaveWhenDue(RecipeRunner runner)
    {
        if (!_saving.IsCompleted) return;
        var isWriteDue = time.GetElapsedTime(_written) >= s_every;
        if (isWriteDue && _unwritten is { } unwritten)
        {
            WriteFile(unwritten.Taken, unwritten.Bytes);
            isWriteDue = false;
        }

        if (folder.Latest is null ? !isWriteDue : time.GetElapsedTime(_last) < s_everyInMemory) return;
        if (runner.RequestState() is not { } request) return;
        _last = time.GetTimestamp();
        _saving = SaveAsync(request, isWriteDue || folder.Latest is null);
    }

    /// <summary>Saves the last state, after all earlier ones.</summary>
    public async Task EndAsync(PlanState last)
    {
        await _saving.ConfigureAwait(false);
        Save(last, isWriteDue: true);
    }

    /// <summary>Deletes the state of a recipe that was deleted.</summary>
    public async Task DeleteAsync()
    {
        await _saving.ConfigureAwait(false);
        folder.Delete(recipe);
        Volatile.Write(ref _savedTicks, 0);
    }

    /// <summary>Loads the last saved state into a plan. The time that has passed since then counts for windows and events.</summary>
    /// <returns>The transfer; null when no state was saved or it cannot be read.</returns>
    public StateTransfer? Restore(Plan plan)
    {
        try
        {
            if (folder.Read(recipe) is not { } bytes) return null;
            var (kept, operators) = StateFile.Decode(bytes);
            if (folder.Latest is { } latest) latest[recipe] = bytes;
            Volatile.Write(ref _savedTicks, kept.Ticks);
            var away = time.GetUtcNow().UtcDateTime - kept;
            if (away < TimeSpan.Zero || away > s_longest)
            {
                log.Warn($"STATE recipe={recipe} kept={kept:O} reason=\"the clock was set since then\" next=\"it counts as now\"");
                away = TimeSpan.Zero;
            }

            var restored = plan.Load(new PlanState(time.GetTimestamp() - time.Ticks(away), operators));
            log.Info($"STATE recipe={recipe} {restored.ToFields("restored")} away={away.TotalSeconds:0.#}s");
            return restored;
        }
        catch (DamagedException exception)
        {
            log.Error($"DAMAGED state={recipe} reason=\"{exception.Message}\" kept=\"{MoveAside()}\" next=\"the recipe begins anew\"");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Error($"STATE recipe={recipe} reason=\"{exception.Message}\" next=\"the recipe begins anew\"");
        }

        return null;
    }

    private async Task SaveAsync(Task<PlanState> request, bool isWriteDue)
    {
        try
        {
            Save(await request.ConfigureAwait(false), isWriteDue);
        }
        catch (OperationCanceledException)
        {
            // The version ended before it saved its state; the next request goes to the next version.
        }
    }

    private void Save(PlanState state, bool isWriteDue)
    {
        var taken = time.GetUtcNow().UtcDateTime - time.GetElapsedTime(state.Timestamp);
        if (state.Operators.Count == 0)
        {
            (_unwritten, _written) = (null, time.GetTimestamp());
            folder.Delete(recipe);
            Volatile.Write(ref _savedTicks, 0);
            return;
        }

        var bytes = StateFile.Encode(taken, state.Operators);
        if (folder.Latest is { } latest) latest[recipe] = bytes;
        if (isWriteDue) WriteFile(taken, bytes);
        else _unwritten = (taken, bytes);
    }

    private void WriteFile(DateTime taken, byte[] bytes)
    {
        // Also after a failure: the next attempt is due in ten seconds.
        (_unwritten, _written) = (null, time.GetTimestamp());
        try
        {
            folder.Write(recipe, bytes);
            Volatile.Write(ref _savedTicks, taken.Ticks);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_limit.TryAcquire(out var suppressed)) return;
            log.Error($"STATE recipe={recipe} reason=\"it cannot be kept: {exception.Message}\"{LogText.Suppressed(suppressed)} "
                + $"next=\"tried again every 10 s; a restart would begin with what was kept before\"");
        }
    }

    private string MoveAside()
    {
        try
        {
            return folder.MoveAside(recipe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"where it was: {exception.Message}";
        }
    }
}
