using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

public sealed class HttpSingleConformanceTests : HttpConformanceTests
{
    protected override HttpMode Mode => HttpMode.Single;

    // Each record is a request, for which the framework allocates.
    protected override long AllocatedBytesPerBatch => 1000 * base.AllocatedBytesPerBatch;
}
