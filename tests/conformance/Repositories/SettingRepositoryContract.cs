using Kestra.Conformance.Beds;

namespace Kestra.Conformance.Repositories;

public abstract class SettingRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private string Key => "test." + Tenant;

    [Fact]
    public async Task Setting_is_saved_replaced_and_deleted()
    {
        (await Store.Settings.FindAsync(Key, None)).ShouldBeNull();
        await Store.Settings.SaveAsync(Key, "one", None);
        await Store.Settings.SaveAsync(Key, "two \"quoted\"", None);

        (await Store.Settings.FindAsync(Key, None)).ShouldBe("two \"quoted\"");
        (await Store.Settings.DeleteAsync(Key, None)).ShouldBeTrue();
        (await Store.Settings.DeleteAsync(Key, None)).ShouldBeFalse();
        (await Store.Settings.FindAsync(Key, None)).ShouldBeNull();
    }

    [Fact]
    public async Task Setting_that_exists_is_kept_on_demand()
    {
        (await Store.Settings.SaveIfAbsentAsync(Key, "first", None)).ShouldBe("first");
        (await Store.Settings.SaveIfAbsentAsync(Key, "second", None)).ShouldBe("first");
    }

    [Fact]
    public async Task Of_writers_at_the_same_time_all_see_the_same_winner()
    {
        var other = await Bed.OpenAsync();
        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => Task.Run(() => (index % 2 == 0 ? Store : other).Settings.SaveIfAbsentAsync(Key, $"by {index}", None))));

        seen.Distinct().ShouldHaveSingleItem();
        (await Store.Settings.FindAsync(Key, None)).ShouldBe(seen[0]);
    }

    [Fact]
    public async Task Store_says_that_it_works() => await Store.CheckAsync(None);

    [Fact]
    public async Task Migration_changes_nothing_the_second_time()
    {
        await Store.Settings.SaveAsync(Key, "kept", None);
        await Store.MigrateAsync(None);
        (await Store.Settings.FindAsync(Key, None)).ShouldBe("kept");
    }
}

public sealed class MemorySettingTests : SettingRepositoryContract<MemoryBed>;

public sealed class SqliteSettingTests : SettingRepositoryContract<SqliteBed>;

public sealed class PostgresSettingTests : SettingRepositoryContract<PostgresBed>;
