using System.Runtime.InteropServices;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Turns Ctrl-C, SIGTERM and SIGHUP into a cancellation. The first signal stops a command in order, the second one ends the process with
/// exit code 130. A command can do something else at SIGHUP, which then ends nothing. The handlers stay until the process ends and run on
/// a thread of the runtime. A signal that the process was started to ignore (SIGINT behind a shell's <c>&amp;</c>, SIGHUP behind nohup)
/// stays ignored.
/// </summary>
internal static class ShutdownSignals
{
    private static readonly CancellationTokenSource s_stop = new();
    private static readonly List<PosixSignalRegistration> s_registrations = [];
    private static int s_count;
    private static Action? s_hangUp;

    /// <summary>Runs this at SIGHUP instead of the cancellation, on a thread of the runtime.</summary>
    public static void OnHangUp(Action action) => Volatile.Write(ref s_hangUp, action);

    /// <summary>Does the same as the first signal: for a service that Windows stops, which sends none.</summary>
    public static void Stop() => s_stop.Cancel();

    /// <summary>
    /// Registers the handlers once and returns the token that the first signal cancels. <c>Program.cs</c> calls it before anything else for
    /// <c>plant run</c>, so that a signal during the start ends the host in order.
    /// </summary>
    public static CancellationToken Register()
    {
        if (s_registrations.Count > 0) return s_stop.Token;
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP })
        {
            s_registrations.Add(PosixSignalRegistration.Create(signal, static context =>
            {
                context.Cancel = true;
                if (context.Signal == PosixSignal.SIGHUP && Volatile.Read(ref s_hangUp) is { } hangUp)
                {
                    hangUp();
                    return;
                }

                if (Interlocked.Increment(ref s_count) > 1) Environment.Exit(130);
                s_stop.Cancel();
            }));
        }

        return s_stop.Token;
    }
}
