using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// Doors from a recipe into the host. What wakes a recipe that hangs must not strike behind them: a record would be half taken, or nobody
/// told of it.
/// </summary>
internal sealed class HostSide(Guard guard)
{
    public Action<Exception> Of(Action<Exception> fault) => exception =>
    {
        using var outside = new Outside(guard);
        fault(exception);
    };

    public IRecordOutput Of(IRecordOutput output) => new Records(guard, output);

    public IWriteOutput Of(IWriteOutput output) => new Writes(guard, output);

    public IImageOutput Of(IImageOutput output) => new Images(guard, output);

    /// <summary>A call into the host, from its begin to its end.</summary>
    private readonly ref struct Outside : IDisposable
    {
        private readonly Guard _guard;

        public Outside(Guard guard)
        {
            _guard = guard;
            guard.Leave();
        }

        public void Dispose() => _guard.Return();
    }

    private sealed class Records(Guard guard, IRecordOutput output) : IRecordOutput
    {
        // Asked between two scans, when the recipe is not inside.
        public bool IsBlocked => output.IsBlocked;

        public void WhenStored(Action done) => output.WhenStored(done);

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
            using var outside = new Outside(guard);
            output.Write(time, device, samples);
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
            using var outside = new Outside(guard);
            output.Write(time, device, json);
        }
    }

    private sealed class Writes(Guard guard, IWriteOutput output) : IWriteOutput
    {
        public void Write(Value value, long timestamp)
        {
            using var outside = new Outside(guard);
            output.Write(value, timestamp);
        }
    }

    private sealed class Images(Guard guard, IImageOutput output) : IImageOutput
    {
        public void Write(ReadOnlySpan<byte> image, long timestamp)
        {
            using var outside = new Outside(guard);
            output.Write(image, timestamp);
        }

        public void Skip(string tag, string why)
        {
            using var outside = new Outside(guard);
            output.Skip(tag, why);
        }
    }
}
