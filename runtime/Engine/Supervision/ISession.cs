namespace PlantRuntime.Engine.Supervision;

/// <summary>
/// Runs one plugin object (a driver or a sink) from its opening to its disposal. A <see cref="Supervisor"/> owns it, calls RunAsync once,
/// ends it from any thread, and disposes of it on a plugin thread; then it opens the next one.
/// </summary>
internal interface ISession : IAsyncDisposable
{
    /// <summary>How long the longest running call into the plugin has taken; zero when none is running. Called from any thread.</summary>
    TimeSpan CallTime { get; }

    /// <summary>Works until <see cref="Stop"/>, <see cref="Abandon"/> or a reason to park the plugin.</summary>
    /// <returns>The reason to park the plugin; null after Stop or Abandon.</returns>
    Task<string?> RunAsync();

    /// <summary>Ends the session after the work at hand. Never blocks and never runs plugin code on the calling thread.</summary>
    void Stop();

    /// <summary>
    /// Cancels the running call; from now on the session changes nothing outside itself. Never blocks and never runs plugin code on the
    /// calling thread. Can be called more than once.
    /// </summary>
    void Abandon();
}
