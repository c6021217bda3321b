using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class HttpSingleConformanceTests : HttpConformanceTests
{
    protected override HttpMode Mode => HttpMode.Single;

    protected override long AllocatedBytesPerRecord => AllocatedBytesPerBatch;
}
