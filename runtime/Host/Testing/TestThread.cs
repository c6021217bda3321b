using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Testing;

/// <summary>Runs code of a test on a thread of its own, so that what does not come back can be left behind.</summary>
internal static class TestThread
{
    /// <summary>Runs code; past the limit it is told to stop.</summary>
    /// <param name="file">The file of the test.</param>
    /// <param name="guard">That of the test.</param>
    /// <param name="code">What to run.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="stop">Stops the test and all that it runs.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What it threw, or null.</returns>
    public static async Task<Exception?> RunAsync(
        string file, Guard guard, Action code, TimeSpan limit, Action<string> stop, TimeProvider time)
    {
        Exception? thrown = null;
        var thread = new RecipeThread(file, guard, Guarded, exception => thrown = exception);
        thread.Start();
        await thread.Ended.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!thread.Ended.IsCompleted)
        {
            stop($"it ran for more than {limit.TotalSeconds:0.###} s");
            if (await thread.EndsAsync(time).ConfigureAwait(false) is not null)
                return new TimeoutException($"it blocks: after {limit.TotalSeconds:0.###} s it could not be stopped, and was left behind");
        }

        // The thread that has ended runs what waits for its end.
        await Task.Yield();
        return thrown;

        void Guarded()
        {
            guard.Begin();
            code();
            guard.End();
        }
    }
}
