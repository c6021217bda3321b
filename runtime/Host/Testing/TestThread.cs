namespace PlantRuntime.Host.Testing;

/// <summary>A thread on which code of a test runs, so that what does not come back can be left behind.</summary>
internal static class TestThread
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    /// <summary>Runs code; past the limit it is told to stop.</summary>
    /// <returns>What it threw, or null.</returns>
    public static async Task<Exception?> RunAsync(Action code, TimeSpan limit, Action<string> stop, TimeProvider time)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => ended.SetResult(Try(code)), maxStackSize: 1 << 20) { IsBackground = true, Name = "recipe test" }.Start();
        try
        {
            return await ended.Task.WaitAsync(limit, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            stop($"it ran for more than {limit.TotalSeconds:0.###} s");
        }

        try
        {
            return await ended.Task.WaitAsync(s_grace, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new TimeoutException($"it blocks: after {limit.TotalSeconds:0.###} s it could not be stopped, and was left behind");
        }
    }

    private static Exception? Try(Action code)
    {
        try
        {
            code();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
