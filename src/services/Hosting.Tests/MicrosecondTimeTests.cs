using System.Text.Json;
using Kestra.Hosting.Clock;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Hosting.Tests;

public sealed class MicrosecondTimeTests
{
    [Fact]
    public void A_moment_reads_back_from_a_document_as_it_was()
    {
        var time = new MicrosecondTime();
        for (var turn = 0; turn < 1000; turn++)
        {
            var now = time.GetUtcNow();

            var text = ModelJson.SerializeValue(Instant.FromDateTimeOffset(now), JsonProfile.Database);

            JsonSerializer.Deserialize<DateTimeOffset>(text).ShouldBe(now);
        }
    }

    [Fact]
    public void It_is_the_systems_clock()
    {
        var before = TimeProvider.System.GetUtcNow();
        var now = new MicrosecondTime().GetUtcNow();

        (now - before).ShouldBeGreaterThan(TimeSpan.FromMicroseconds(-1));
        now.ShouldBeLessThanOrEqualTo(TimeProvider.System.GetUtcNow());
    }
}
