using System.Globalization;
using System.Text.Json;
using Kestra.Model.Identifiers;
using Kestra.Storage.Objects;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>Ids, hashes, slugs and paths as Kestra 1.0 makes them.</summary>
public sealed class IdentifierTests
{
    private static readonly JsonElement Recorded = Contracts.Json("examples/ids-slugs-misc-cases.json");

    private static readonly Dictionary<string, Func<string>> Paths = new(StringComparer.Ordinal)
    {
        ["execution, namespace a.b, flow My_Flow, execution EX"] = () => StoragePaths.Execution("a.b", "My_Flow", "EX"),
        ["task My_Task, task run TR"] = () => StoragePaths.TaskRun("a.b", "My_Flow", "EX", "My_Task", "TR"),
        ["input in.x, file f.txt"] = () => StoragePaths.Input("a.b", "My_Flow", "EX", "in.x", "f.txt"),
        ["trigger My_Trig"] = () => StoragePaths.Trigger("a.b", "My_Flow", "EX", "My_Trig"),
        ["cache of My_Task"] = () => StoragePaths.Cache("a.b", "My_Flow", "My_Task", null),
        ["cache of My_Task, value val"] = () => StoragePaths.Cache("a.b", "My_Flow", "My_Task", "val"),
        ["namespace files"] = () => StoragePaths.NamespaceFiles("a.b"),
        ["kv"] = () => StoragePaths.KeyValues("a.b"),
    };

    public static TheoryData<string, string> Pairs(string name)
    {
        var data = new TheoryData<string, string>();
        foreach (var pair in Recorded.GetProperty(name).EnumerateArray())
        {
            data.Add(pair[0].GetString()!, pair[1].GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs), "uuidToId")]
    public void Uuid_is_a_number_in_base_62(string uuid, string id) =>
        Base62.Encode(UInt128.Parse(uuid.Replace("-", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ShouldBe(id);

    [Theory]
    [MemberData(nameof(Pairs), "idFromText")]
    public void Text_has_a_derived_id(string text, string id) => DerivedId.Of(text).ShouldBe(id);

    [Theory]
    [MemberData(nameof(Pairs), "murmur3_128")]
    public void Text_has_a_hash(string text, string hash) => Murmur3.Hex(text).ShouldBe(hash);

    [Theory]
    [InlineData("", "00000000000000000000000000000000")]
    [InlineData("The quick brown fox jumps over the lazy dog", "6c1b07bc7bbc4be347939ac4a93c437a")]
    public void Hash_takes_texts_of_every_length(string text, string hash) => Murmur3.Hex(text).ShouldBe(hash);

    [Theory]
    [MemberData(nameof(Pairs), "slug")]
    public void Name_has_a_slug(string name, string slug) => StoragePaths.Slug(name).ShouldBe(slug);

    [Theory]
    [MemberData(nameof(Pairs), "storagePaths")]
    public void Thing_is_kept_at_its_path(string thing, string path) => Paths[thing]().ShouldBe(path);

    [Fact]
    public void Flow_has_a_uid()
    {
        foreach (var pair in Recorded.GetProperty("flowUid").EnumerateArray())
        {
            var parts = pair[0];
            int? revision = parts[3].ValueKind == JsonValueKind.Null ? null : parts[3].GetInt32();
            Uids.Flow(parts[0].GetString()!, parts[1].GetString()!, parts[2].GetString()!, revision).ShouldBe(pair[1].GetString());
        }
    }

    [Fact]
    public void Parts_that_are_missing_are_left_out()
    {
        foreach (var pair in Recorded.GetProperty("fromParts").EnumerateArray())
        {
            Uids.Of([.. pair[0].EnumerateArray().Select(part => part.GetString())]).ShouldBe(pair[1].GetString());
        }
    }

    [Fact]
    public void Composed_ids_have_their_separators()
    {
        Uids.ConcurrencyLimit("main", "io.t", "f").ShouldBe("main|io.t|f");
        Uids.ConcurrencyLimit(null, "io.t", "f").ShouldBe("io.t|f");
        Uids.Topology(Uids.Flow("main", "a.b", "f"), Uids.Flow("main", "a.b", "g")).ShouldBe("main_a.b_f|main_a.b_g");
        Uids.SlaMonitor("E", "s").ShouldBe("E_s");
        Uids.Trigger("main", "io.t", "f", "t").ShouldBe("main_io.t_f_t");
    }

    [Fact]
    public void Random_ids_are_of_the_alphabet_and_differ()
    {
        var ids = new RandomIdSource();
        var made = Enumerable.Range(0, 1000).Select(_ => ids.Next()).ToList();

        made.Distinct(StringComparer.Ordinal).Count().ShouldBe(made.Count);
        made.ShouldAllBe(id => id.Length >= 18 && id.Length <= 22 && id.All(char.IsAsciiLetterOrDigit));
    }
}
