namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Runs the plugin calls that have no cancellation (open, dispose) on a new thread each, so that a call that blocks holds only that thread,
/// and its caller continues after a deadline. Stateless; any thread. Never stops a thread: one that does not return is left behind.
/// </summary>
internal static class PluginThread
{
    /// <summary>Runs a call; the caller decides how long it waits.</summary>
    public static Task<T> RunAsync<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    /// <summary>Runs a call that also works asynchronously.</summary>
    public static Task RunAsync(Func<Task> call) => RunAsync<Task>(call).Unwrap();

    /// <summary>Waits for a call at most <paramref name="timeout"/>; <paramref name="what"/> names it in the exception.</summary>
    /// <exception cref="TimeoutException">The call did not end in time; its later outcome is ignored.</exception>
    public static async Task WithinAsync(Task call, string what, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            await call.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            _ = call.ContinueWith(static late => late.Exception, TaskScheduler.Default);
            throw new TimeoutException($"{what} did not end within {timeout.TotalSeconds:0.###} s");
        }
    }

    /// <summary>Disposes of a plugin object that was not used, without waiting. Its outcome is ignored.</summary>
    public static void DisposeLater(IAsyncDisposable disposable) =>
        RunAsync(() => disposable.DisposeAsync().AsTask()).ContinueWith(static late => late.Exception, TaskScheduler.Default);

    /// <summary>Disposes of a plugin object on a plugin thread, and waits for it at most <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">It was not disposed in time; it is left behind.</exception>
    public static Task DisposeAsync(IAsyncDisposable disposable, TimeSpan timeout, TimeProvider time) =>
        WithinAsync(RunAsync(() => disposable.DisposeAsync().AsTask()), "its disposal", timeout, time);
}
