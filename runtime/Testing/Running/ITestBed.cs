using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Testing.Running;

/// <summary>What a simulation needs of the host: the site, and its recipes as plans that live by the simulation's clock.</summary>
internal interface ITestBed
{
    /// <summary>The site's folder.</summary>
    string Folder { get; }

    /// <summary>The recipes of the site, as paths from its folder.</summary>
    IReadOnlyList<string> Recipes { get; }

    DeviceShape Device(string name);

    /// <summary>How long a record may wait for a sink.</summary>
    TimeSpan MaxAge(string sink);

    /// <summary>Loads a recipe.</summary>
    /// <param name="file">Path from the site's folder.</param>
    /// <param name="edit">Changes its text first; null takes it as it is.</param>
    /// <param name="fault">Told of every exception of its lambdas.</param>
    /// <exception cref="TestFailedException">It has errors.</exception>
    RunningRecipe Load(string file, Func<string, string>? edit, Action<Exception> fault);

    /// <summary>Why a value may not be written to a tag; null when it may.</summary>
    string? WriteObjection(string device, string tag, Value value);

    /// <summary>Makes what copies a mirror's block once, each time it is called.</summary>
    Action Mirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target);

    /// <summary>Makes what writes the images of an <c>EncodeTo</c>.</summary>
    IImageOutput Image(ImagePoint point, SimulatedBlock target);

    /// <summary>Where in a recipe or test something was thrown: <c>recipes/press.csx(4,23)</c>.</summary>
    string PlaceOf(Exception exception);
}
