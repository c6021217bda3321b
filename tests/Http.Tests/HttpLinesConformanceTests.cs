using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class HttpLinesConformanceTests : HttpConformanceTests
{
    protected override HttpMode Mode => HttpMode.Lines;
}
