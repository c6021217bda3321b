using System.Runtime.InteropServices;

namespace PlantRuntime.Host.Cli;

/// <summary>Ctrl-C and SIGTERM: the first one ends a command in order, the second one at once.</summary>
internal sealed class EndSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    public EndSignals(CancellationTokenSource stop)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (Interlocked.Increment(ref _count) > 1) Environment.Exit(130);
                stop.Cancel();
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }
}
