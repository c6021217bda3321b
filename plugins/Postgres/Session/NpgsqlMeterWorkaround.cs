using System.Diagnostics.Metrics;
using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Disposes the static Meter of Npgsql as soon as it exists. .NET lists it for the whole process, with callbacks into Npgsql, and as long
/// as it is listed this plugin cannot be unloaded. The host does not read these metrics.
/// </summary>
internal static class NpgsqlMeterWorkaround
{
    private static readonly Lock s_gate = new();
    private static bool s_isDone;

    /// <summary>Called by <see cref="ConnectionFactory"/> before each connection; works once per load context. Thread-safe.</summary>
    public static void DisposeMeter(NpgsqlSlimDataSourceBuilder any)
    {
        lock (s_gate)
        {
            if (s_isDone) return;
            var created = new List<Meter>();
            var isListening = false;
            using (var listener = new MeterListener())
            {
                var thread = Environment.CurrentManagedThreadId;
                listener.InstrumentPublished = (instrument, _) =>
                {
                    // Meters that are published by Start, or by another thread, belong to another user of Npgsql.
                    var isOurs = isListening && Environment.CurrentManagedThreadId == thread;
                    if (isOurs && instrument.Meter.Name == "Npgsql") created.Add(instrument.Meter);
                };
                listener.Start();
                isListening = true;
                using var source = any.Build();
            }

            foreach (var meter in created) meter.Dispose();
            s_isDone = true;
        }
    }
}
