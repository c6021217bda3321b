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
        guard.Leave();
        try
        {
            fault(exception);
        }
        finally
        {
            guard.Return();
        }
    };

    public IRecordOutput Of(IRecordOutput output) => new Records(guard, output);

    public IWriteOutput Of(IWriteOutput output) => new Writes(guard, output);

    public IImageOutput Of(IImageOutput output) => new Images(guard, output);

    private sealed class Records(Guard guard, IRecordOutput output) : IRecordOutput
    {
        // Asked between two scans, when the recipe is not inside.
        public bool IsBlocked => output.IsBlocked;

        public void WhenStored(Action done) => output.WhenStored(done);

        public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
        {
            guard.Leave();
            try
            {
                output.Write(time, device, samples);
            }
            finally
            {
                guard.Return();
            }
        }

        public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
        {
            guard.Leave();
            try
            {
                output.Write(time, device, json);
            }
            finally
            {
                guard.Return();
            }
        }
    }

    private sealed class Writes(Guard guard, IWriteOutput output) : IWriteOutput
    {
        public void Write(Value value, long timestamp)
        {
            guard.Leave();
            try
            {
                output.Write(value, timestamp);
            }
            finally
            {
                guard.Return();
            }
        }
    }

    private sealed class Images(Guard guard, IImageOutput output) : IImageOutput
    {
        public void Write(ReadOnlySpan<byte> image, long timestamp)
        {
            guard.Leave();
            try
            {
                output.Write(image, timestamp);
            }
            finally
            {
                guard.Return();
            }
        }

        public void Skip(string tag, string why)
        {
            guard.Leave();
            try
            {
                output.Skip(tag, why);
            }
            finally
            {
                guard.Return();
            }
        }
    }
}
