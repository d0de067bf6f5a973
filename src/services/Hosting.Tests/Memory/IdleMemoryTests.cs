using Kestra.Hosting.Memory;

namespace Kestra.Hosting.Tests.Memory;

public sealed class IdleMemoryTests
{
    private readonly IdleMemory idle = new();
    private long allocated;

    [Fact]
    public void An_idle_process_that_has_used_much_collects_twice_and_then_no_more()
    {
        After(IdleMemory.MuchBytes).ShouldBeFalse("it is busy");
        Looks(20).ShouldBe([0, IdleMemory.LooksBetween]);
    }

    [Fact]
    public void What_an_idle_process_uses_adds_up()
    {
        var looks = (int)(IdleMemory.MuchBytes / IdleMemory.IdleBytes);
        Enumerable.Range(1, looks).Select(_ => After(IdleMemory.IdleBytes)).ShouldBe([.. Enumerable.Repeat(false, looks - 1), true]);
    }

    [Fact]
    public void A_busy_process_never_collects_and_takes_no_second_collection_over()
    {
        for (var look = 0; look < 20; look++)
        {
            After(IdleMemory.MuchBytes).ShouldBeFalse();
        }

        After(0).ShouldBeTrue();
        After(IdleMemory.IdleBytes + 1).ShouldBeFalse();
        Looks(20).ShouldBeEmpty("too little was used since");
    }

    private bool After(long bytes) => idle.Look(allocated += bytes);

    private List<int> Looks(int count) => [.. Enumerable.Range(0, count).Where(_ => After(0))];
}
