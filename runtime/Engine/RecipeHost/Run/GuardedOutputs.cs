using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Wraps the outputs of a recipe. Blocks the watchdog's <c>Thread.Interrupt</c> while host code runs, so that a record is never half
/// written. Created for each version; the wrapped outputs are called on the recipe's thread, one call at a time.
/// </summary>
internal sealed class GuardedOutputs(ExecutionGuard guard)
{
    public Action<Exception> Wrap(Action<Exception> fault) => exception =>
    {
        using var call = new HostCall(guard);
        fault(exception);
    };

    public IRecordOutput Wrap(IRecordOutput output) => new Records(guard, output);

    public IWriteOutput Wrap(IWriteOutput output) => new Writes(guard, output);

    public IBlockOutput Wrap(IBlockOutput output) => new Blocks(guard, output);

    /// <summary>Marks a call from the recipe into the host, until it is disposed.</summary>
    private readonly ref struct HostCall : IDisposable
    {
        private readonly ExecutionGuard _guard;

        public HostCall(ExecutionGuard guard)
        {
            _guard = guard;
            guard.EnterHost();
        }

        public void Dispose() => _guard.ExitHost();
    }

    /// <summary>Guards the records of one <c>To</c>.</summary>
    private sealed class Records(ExecutionGuard guard, IRecordOutput output) : IRecordOutput
    {
        // The runner calls IsBlocked and WhenStored between two scans, when no code of the recipe runs.
        public bool IsBlocked => output.IsBlocked;

        public void WhenStored(Action done) => output.WhenStored(done);

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
            using var call = new HostCall(guard);
            output.Write(time, device, samples);
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
            using var call = new HostCall(guard);
            output.Write(time, device, json);
        }
    }

    /// <summary>Guards the writes of one <c>Write</c>.</summary>
    private sealed class Writes(ExecutionGuard guard, IWriteOutput output) : IWriteOutput
    {
        public bool HasFailed => output.HasFailed;

        public void Refuse(Value value, long timestamp, string reason)
        {
            using var call = new HostCall(guard);
            output.Refuse(value, timestamp, reason);
        }

        public void Write(Value value, long timestamp)
        {
            using var call = new HostCall(guard);
            output.Write(value, timestamp);
        }
    }

    /// <summary>Guards the images of one <c>EncodeTo</c>.</summary>
    private sealed class Blocks(ExecutionGuard guard, IBlockOutput output) : IBlockOutput
    {
        public void Write(ReadOnlySpan<byte> image, long timestamp)
        {
            using var call = new HostCall(guard);
            output.Write(image, timestamp);
        }

        public void Skip(string tag, string why)
        {
            using var call = new HostCall(guard);
            output.Skip(tag, why);
        }
    }
}
