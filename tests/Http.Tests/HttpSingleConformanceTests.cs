using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class HttpSingleConformanceTests : HttpConformanceTests
{
    protected override HttpMode Mode => HttpMode.Single;

    // Each record is a request.
    protected override long AllocatedBytesPerBatch => 1000 * base.AllocatedBytesPerBatch;
}
