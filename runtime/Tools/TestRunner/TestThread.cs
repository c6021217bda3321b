using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Runs code of a test on a thread of its own, a <see cref="RecipeThread"/>. Code that cannot be stopped is abandoned with its thread.
/// Called by <see cref="TestFile"/>; keeps no state.
/// </summary>
internal static class TestThread
{
    /// <summary>Runs code and stops it after the limit.</summary>
    /// <param name="file">The file of the test.</param>
    /// <param name="guard">The guard of the test.</param>
    /// <param name="code">The code.</param>
    /// <param name="limit">The longest time that it may run.</param>
    /// <param name="stop">Stops the test and its recipes.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The exception that it threw, or null.</returns>
    public static async Task<Exception?> RunAsync(
        string file, ExecutionGuard guard, Action code, TimeSpan limit, Action<string> stop, TimeProvider time)
    {
        Exception? thrown = null;
        var thread = new RecipeThread(file, guard, Guarded, exception => thrown = exception);
        thread.Start();
        await thread.Ended.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!thread.Ended.IsCompleted)
        {
            stop($"it ran for more than {limit.TotalSeconds:0.###} s");
            if (await thread.EndsAsync(time).ConfigureAwait(false) is not null)
                return new TimeoutException(
                    $"it blocks: after {limit.TotalSeconds:0.###} s it could not be stopped, and its thread was abandoned");
        }

        // Continuations of Ended run on the ending thread; this leaves it.
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
