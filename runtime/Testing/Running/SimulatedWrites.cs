using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>One <c>Write</c> of a recipe.</summary>
internal sealed class SimulatedWrites(WritePoint point, SimulatedDevice device) : IWriteOutput
{
    public void Write(Value value, long timestamp) => device.Write(point.Tag, value);
}
