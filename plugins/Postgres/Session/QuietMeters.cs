using System.Diagnostics.Metrics;
using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Npgsql publishes metrics through a static Meter, which .NET lists for the whole process, with callbacks into Npgsql: as long as it
/// is listed, this plugin cannot leave memory. Nobody reads these metrics here, so the meter is disposed as soon as it is made.
/// </summary>
internal static class QuietMeters
{
    private static readonly Lock s_gate = new();
    private static bool s_isDone;

    /// <summary>Called before the first connection of this load context.</summary>
    public static void Silence(NpgsqlSlimDataSourceBuilder any)
    {
        lock (s_gate)
        {
            if (s_isDone) return;
            var made = new List<Meter>();
            var isListening = false;
            using (var listener = new MeterListener())
            {
                var thread = Environment.CurrentManagedThreadId;
                listener.InstrumentPublished = (instrument, _) =>
                {
                    // Those told at Start, or by another thread, belong to somebody else.
                    if (isListening && Environment.CurrentManagedThreadId == thread && instrument.Meter.Name == "Npgsql") made.Add(instrument.Meter);
                };
                listener.Start();
                isListening = true;
                using var source = any.Build();
            }

            foreach (var meter in made) meter.Dispose();
            s_isDone = true;
        }
    }
}
