using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// The services of the host that a simulation uses: the site, and its recipes as plans on the simulation's clock. Implemented by the test
/// runner, once for each test; called on the test's thread.
/// </summary>
internal interface ITestHost
{
    /// <summary>The site's folder.</summary>
    string Folder { get; }

    /// <summary>The recipes of the site, as paths from its folder.</summary>
    IReadOnlyList<string> Recipes { get; }

    /// <summary>Tells the recipes about the host.</summary>
    SimulatedStatus Status { get; }

    DeviceDefinition Device(string name);

    /// <summary>How long a record may wait for a sink.</summary>
    TimeSpan MaxAge(string sink);

    /// <summary>Loads a recipe.</summary>
    /// <param name="file">Path from the site's folder.</param>
    /// <param name="edit">Edits the text before it is compiled; null to use the file unchanged.</param>
    /// <param name="fault">Receives every exception of its lambdas.</param>
    /// <exception cref="TestFailedException">The recipe has errors.</exception>
    RunningRecipe Load(string file, Func<string, string>? edit, Action<Exception> fault);

    /// <summary>Applies the rules of site.toml and the type of the tag to a value that a recipe writes.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="tag">Name of the tag.</param>
    /// <param name="value">The value, in the tag's unit.</param>
    /// <param name="held">The value that the device has afterwards, in the tag's unit.</param>
    /// <returns>Why it cannot be written; null if it can.</returns>
    string? TryWrite(string device, string tag, Value value, out Value held);

    /// <summary>Creates an action that copies the block of a mirror once.</summary>
    Action Mirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target);

    /// <summary>Creates the output for the images of an <c>EncodeTo</c>.</summary>
    IBlockOutput Image(BlockEncoding point, SimulatedBlock target);

    /// <summary>Returns the location of an exception in a recipe or test: <c>recipes/press.csx(4,23)</c>.</summary>
    string LocationOf(Exception exception);
}
