using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>One <c>Write</c> of a recipe, in the name of its line.</summary>
internal sealed class RecipeWrite(SiteWrites writes, WritePoint point, string siteFolder) : IWriteOutput
{
    private readonly string _who =
        RecipePosition.Of(point.Statement.File, point.Statement.Line, point.Statement.Column, siteFolder, point.Tag).ToString();

    public void Write(Value value, long timestamp) => writes.Request(new WriteRequest(point.Device, point.Tag, value, timestamp, _who));
}
