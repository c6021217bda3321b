using PlantRuntime.Host.Recipes.Running;

namespace PlantRuntime.Host.Testing;

/// <summary>Runs code of a test on a thread of its own, so that what does not come back can be left behind.</summary>
internal static class TestThread
{
    /// <summary>Runs code; past the limit it is told to stop.</summary>
    /// <returns>What it threw, or null.</returns>
    public static async Task<Exception?> RunAsync(Action code, TimeSpan limit, Action<string> stop, TimeProvider time)
    {
        Exception? thrown = null;
        var thread = new RecipeThread("recipe test", code, exception => thrown = exception);
        thread.Start();
        await thread.Ended.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!thread.Ended.IsCompleted)
        {
            stop($"it ran for more than {limit.TotalSeconds:0.###} s");
            if (!await thread.EndsAsync(time).ConfigureAwait(false))
                return new TimeoutException($"it blocks: after {limit.TotalSeconds:0.###} s it could not be stopped, and was left behind");
        }

        // The thread that has ended runs what waits for its end.
        await Task.Yield();
        return thrown;
    }
}
