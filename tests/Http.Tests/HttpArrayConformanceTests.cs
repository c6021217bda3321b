using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class HttpArrayConformanceTests : HttpConformanceTests
{
    protected override HttpMode Mode => HttpMode.Array;
}
