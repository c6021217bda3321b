using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Recipes.Keeping;

/// <summary>What one recipe remembers, on disk: kept every ten seconds while something comes in, and when the host ends.</summary>
internal sealed class RecipeMemory(string recipe, StateFolder folder, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);

    /// <summary>A longer absence is a clock that was set.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    private readonly LogLimit _limit = new(time, TimeSpan.FromMinutes(1));
    private Task _keeping = Task.CompletedTask;
    private long _last = time.GetTimestamp();

    /// <summary>Called from time to time: keeps what the running version remembers when it is time.</summary>
    public void Look(RecipeRunner runner)
    {
        if (!_keeping.IsCompleted || time.GetElapsedTime(_last) < s_every || runner.AskState() is not { } asked) return;
        _last = time.GetTimestamp();
        _keeping = KeepAsync(asked);
    }

    /// <summary>Keeps the last state, after all earlier ones.</summary>
    public async Task EndAsync(PlanState last)
    {
        await _keeping.ConfigureAwait(false);
        Write(last);
    }

    /// <summary>The recipe is gone for good.</summary>
    public async Task ForgetAsync()
    {
        await _keeping.ConfigureAwait(false);
        folder.Delete(recipe);
    }

    /// <summary>Gives a plan what was kept last. Time that has passed since then counts.</summary>
    public void Restore(Plan plan)
    {
        try
        {
            if (folder.Read(recipe) is not { } bytes) return;
            var (kept, operators) = StateFile.Decode(bytes);
            var away = time.GetUtcNow().UtcDateTime - kept;
            if (away < TimeSpan.Zero || away > s_longest)
            {
                log.Warn($"STATE recipe={recipe} kept={kept:O} reason=\"the clock was set since then\" next=\"it counts as now\"");
                away = TimeSpan.Zero;
            }

            var restored = plan.Load(new PlanState(time.GetTimestamp() - time.Ticks(away), operators));
            log.Info(FormattableString.Invariant($"STATE recipe={recipe} {restored.ToString("restored")} away={away.TotalSeconds:0.#}s"));
        }
        catch (DamagedException exception)
        {
            log.Error($"DAMAGED state={recipe} reason=\"{exception.Message}\" kept=\"{MoveAside()}\" next=\"the recipe begins anew\"");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Error($"STATE recipe={recipe} reason=\"{exception.Message}\" next=\"the recipe begins anew\"");
        }
    }

    private async Task KeepAsync(Task<PlanState> asked)
    {
        try
        {
            Write(await asked.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The version ended before it came to it: the next one is asked.
        }
    }

    private void Write(PlanState state)
    {
        try
        {
            if (state.Operators.Count == 0) folder.Delete(recipe);
            else folder.Write(recipe, StateFile.Encode(time.GetUtcNow().UtcDateTime - time.GetElapsedTime(state.Moment), state.Operators));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_limit.May(out var held)) return;
            log.Error($"STATE recipe={recipe} reason=\"it cannot be kept: {exception.Message}\"{(held > 0 ? $" unsaid={held}" : "")} "
                + "next=\"tried again every 10 s; a restart would begin with what was kept before\"");
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
