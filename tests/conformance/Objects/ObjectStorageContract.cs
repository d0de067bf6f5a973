using System.Text;
using Kestra.Conformance.Beds;
using Kestra.Storage.Files;
using Kestra.Storage.Memory;
using Kestra.Storage.Objects;

namespace Kestra.Conformance.Objects;

/// <summary>Internal storage: whole files, folders, metadata beside them, and no way out.</summary>
public abstract class ObjectStorageContract : IDisposable
{
    private const string Tenant = "main";

    private IObjectStorage Storage => field ??= Create();

    private static CancellationToken None => CancellationToken.None;

    /// <summary>Paths that try to leave, or that no name may be.</summary>
    public static TheoryData<string> Tricks =>
    [
        "/..", "/../other/secret", "/a/../../other/secret", "/a/..", "..", "../x", "/a/%2e%2e/%2e%2e/x", "/a/%2E%2E", "/a/..%2f..%2fx", "\\..\\x", "/a\\b", "/a\0b", "/a/ .. /b",
    ];

    public static TheoryData<string> BadTenants => ["", "..", ".", "a/b", "../main", "a\\b", "a\0"];

    [Fact]
    public async Task File_is_stored_with_its_metadata()
    {
        var uri = await PutAsync("/company/team/file.txt", "hello ü", new() { ["b"] = "2", ["expirationDate"] = "2026-01-01T00:00:00Z" });

        uri.ShouldBe("kestra:///company/team/file.txt");
        await using var stored = await Storage.OpenAsync(Tenant, "/company/team/file.txt", None);
        stored.Size.ShouldBe(8);
        stored.Metadata.ShouldBe(new Dictionary<string, string> { ["b"] = "2", ["expirationDate"] = "2026-01-01T00:00:00Z" }, ignoreOrder: true);
        (await new StreamReader(stored.Content).ReadToEndAsync()).ShouldBe("hello ü");
        var attributes = await Storage.AttributesAsync(Tenant, "/company/team/file.txt", None);
        attributes.ShouldSatisfyAllConditions(
            () => attributes.Path.ShouldBe("/company/team/file.txt"),
            () => attributes.FileName.ShouldBe("file.txt"),
            () => attributes.IsFolder.ShouldBeFalse(),
            () => attributes.Size.ShouldBe(8),
            () => attributes.Metadata["b"].ShouldBe("2"));
    }

    [Fact]
    public async Task Written_again_a_file_is_the_new_one_alone()
    {
        await PutAsync("/a/file", "a longer content", new() { ["old"] = "1" });
        await PutAsync("/a//./file", "new", null);

        (await ReadAsync("/a/file")).ShouldBe("new");
        (await Storage.AttributesAsync(Tenant, "/a/file", None)).Metadata.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reader_keeps_the_file_that_it_opened()
    {
        await PutAsync("/file", "first", null);
        await using var reading = await Storage.OpenAsync(Tenant, "/file", None);
        await PutAsync("/file", "second", null);

        (await new StreamReader(reading.Content).ReadToEndAsync()).ShouldBe("first");
        (await ReadAsync("/file")).ShouldBe("second");
    }

    [Fact]
    public async Task Content_that_breaks_off_leaves_the_old_file()
    {
        await PutAsync("/file", "whole", null);

        await Should.ThrowAsync<IOException>(() => Storage.PutAsync(Tenant, "/file", new BrokenStream(), null, None));

        (await ReadAsync("/file")).ShouldBe("whole");
        (await Storage.ListAsync(Tenant, "/", None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Missing_files_are_told()
    {
        await PutAsync("/a/file", "x", null);

        await Should.ThrowAsync<FileNotFoundException>(() => Storage.OpenAsync(Tenant, "/missing", None));
        await Should.ThrowAsync<FileNotFoundException>(() => Storage.OpenAsync(Tenant, "/a", None));
        await Should.ThrowAsync<FileNotFoundException>(() => Storage.AttributesAsync(Tenant, "/missing", None));
        await Should.ThrowAsync<FileNotFoundException>(() => Storage.ListAsync(Tenant, "/missing", None));
        await Should.ThrowAsync<FileNotFoundException>(() => Storage.ListAsync(Tenant, "/a/file", None));
        await Should.ThrowAsync<FileNotFoundException>(() => Storage.MoveAsync(Tenant, "/missing", "/b", None));
        (await Storage.DeleteAsync(Tenant, "/missing", None)).ShouldBeFalse();
        (await Storage.DeletePrefixAsync(Tenant, "/missing", None)).ShouldBeEmpty();
        (await ListAllAsync("/missing")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Existence_is_that_of_files_and_folders_of_the_tenant()
    {
        await PutAsync("/a/b/file", "x", null);

        (await Storage.ExistsAsync(Tenant, "/a/b/file", None)).ShouldBeTrue();
        (await Storage.ExistsAsync(Tenant, "/a/b", None)).ShouldBeTrue();
        (await Storage.ExistsAsync(Tenant, "/a/c", None)).ShouldBeFalse();
        (await Storage.ExistsAsync("other", "/a/b/file", None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Folders_list_their_children_without_side_files()
    {
        await PutAsync("/a/file", "x", new() { ["k"] = "v" });
        await PutAsync("/a/sub/deep", "x", null);
        await Storage.CreateFolderAsync(Tenant, "/a/empty", None);
        await Storage.CreateFolderAsync(Tenant, "/a/empty", None);

        (await Storage.ListAsync(Tenant, "/a", None)).Select(static one => (one.Path, one.FileName, one.IsFolder)).ShouldBe(
            [("/a/empty", "empty", true), ("/a/file", "file", false), ("/a/sub", "sub", true)]);
        (await Storage.ListAsync(Tenant, "/a/empty", None)).ShouldBeEmpty();
        (await ListAllAsync("/")).ShouldBe(["/a/file", "/a/sub/deep"]);
        (await ListAllAsync("/a/sub")).ShouldBe(["/a/sub/deep"]);
    }

    [Fact]
    public async Task Files_and_folders_are_deleted()
    {
        foreach (var path in new[] { "/a/one", "/a/two", "/a/sub/three", "/ab/four" })
        {
            await PutAsync(path, "x", new() { ["k"] = "v" });
        }

        (await Storage.DeleteAsync(Tenant, "/a/one", None)).ShouldBeTrue();
        (await Storage.DeletePrefixAsync(Tenant, "/a/", None)).ShouldBe(["/a/sub/three", "/a/two"], ignoreOrder: true);
        (await ListAllAsync("/")).ShouldBe(["/ab/four"]);
        (await Storage.DeleteAsync(Tenant, "/ab", None)).ShouldBeTrue();
        (await ListAllAsync("/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_and_folders_are_moved()
    {
        await PutAsync("/a/file", "moved", new() { ["k"] = "v" });
        await PutAsync("/b/old", "old", new() { ["old"] = "1" });
        await PutAsync("/plain", "plain", null);
        await Storage.MoveAsync(Tenant, "/a/file", "/b/old", None);

        (await ReadAsync("/b/old")).ShouldBe("moved");
        (await Storage.AttributesAsync(Tenant, "/b/old", None)).Metadata.ShouldBe(new Dictionary<string, string> { ["k"] = "v" });
        (await Storage.ExistsAsync(Tenant, "/a/file", None)).ShouldBeFalse();
        await Storage.MoveAsync(Tenant, "/plain", "/b/old", None);
        (await Storage.AttributesAsync(Tenant, "/b/old", None)).Metadata.ShouldBeEmpty();
        await Storage.MoveAsync(Tenant, "/b", "/c/d", None);
        (await ListAllAsync("/")).ShouldBe(["/c/d/old"]);
        await Should.ThrowAsync<IOException>(() => Storage.MoveAsync(Tenant, "/c", "/c/d/e", None));
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task Path_that_tries_to_leave_is_refused_everywhere(string path)
    {
        await Storage.PutAsync("other", "/secret", Content("secret"), null, None);
        await PutAsync("/a/file", "x", null);

        await Should.ThrowAsync<ArgumentException>(() => Storage.OpenAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.PutAsync(Tenant, path, Content("x"), null, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.ExistsAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.AttributesAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.ListAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => ListAllAsync(path));
        await Should.ThrowAsync<ArgumentException>(() => Storage.DeleteAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.DeletePrefixAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.CreateFolderAsync(Tenant, path, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.MoveAsync(Tenant, path, "/b", None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.MoveAsync(Tenant, "/a/file", path, None));
        (await ListAllAsync("/")).ShouldBe(["/a/file"]);
    }

    [Theory]
    [MemberData(nameof(BadTenants))]
    public async Task Tenant_that_is_not_a_name_is_refused(string tenant)
    {
        await Should.ThrowAsync<ArgumentException>(() => Storage.OpenAsync(tenant, "/file", None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.PutAsync(tenant, "/file", Content("x"), null, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.DeletePrefixAsync(tenant, "/file", None));
    }

    [Fact]
    public async Task Root_is_neither_written_nor_moved_nor_deleted()
    {
        await PutAsync("/file", "x", null);

        await Should.ThrowAsync<ArgumentException>(() => Storage.PutAsync(Tenant, "/", Content("x"), null, None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.DeleteAsync(Tenant, "/", None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.DeletePrefixAsync(Tenant, "//", None));
        await Should.ThrowAsync<ArgumentException>(() => Storage.MoveAsync(Tenant, "/", "/b", None));
        (await ListAllAsync("/")).ShouldBe(["/file"]);
    }

    [Fact]
    public async Task Names_with_signs_are_names()
    {
        foreach (var path in new[] { "/with space/ü €.txt", "/per%20cent", "/..hidden", "/a..b", "/'quote\"" })
        {
            await PutAsync(path, path, null);
            (await ReadAsync(path)).ShouldBe(path);
        }
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected abstract IObjectStorage Create();

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private Task<string> PutAsync(string path, string text, Dictionary<string, string>? metadata) => Storage.PutAsync(Tenant, path, Content(text), metadata, None);

    private async Task<string> ReadAsync(string path)
    {
        await using var stored = await Storage.OpenAsync(Tenant, path, None);
        return await new StreamReader(stored.Content).ReadToEndAsync();
    }

    private async Task<List<string>> ListAllAsync(string prefix)
    {
        var paths = new List<string>();
        await foreach (var path in Storage.ListAllAsync(Tenant, prefix, None))
        {
            paths.Add(path);
        }

        return paths;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            destination.Write("half"u8);
            throw new IOException("The sender is gone");
        }
    }
}

public sealed class MemoryObjectTests : ObjectStorageContract
{
    protected override IObjectStorage Create() => new MemoryObjectStorage(new ManualTime());
}

public sealed class LocalObjectTests : ObjectStorageContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-objects-").FullName;

    protected override IObjectStorage Create() => new LocalObjectStorage(folder);

    public override void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        base.Dispose();
    }
}
