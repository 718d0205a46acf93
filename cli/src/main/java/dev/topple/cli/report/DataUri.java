// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Pictures inside of a page. */
final class DataUri {

    private static final String JPEG_METADATA = "javax_imageio_jpeg_image_1.0";
    private static final int PALETTE = 256;

    private DataUri() {}

    /** A picture whose colours have to stay exactly as they are, such as those of classes. */
    static String exact(BufferedImage picture) {
        return uri("png", png(picture));
    }

    /**
     * The smaller of PNG and JPEG.
     *
     * @param quality of JPEG, from 0 to 1
     */
    static String small(BufferedImage picture, float quality) {
        byte[] png = png(picture);
        byte[] jpeg = jpeg(picture, quality);
        return png.length <= jpeg.length ? uri("png", png) : uri("jpeg", jpeg);
    }

    private static String uri(String format, byte[] bytes) {
        return "data:image/" + format + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] png(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // A stream of its own, as ImageIO would put its own into a file for a while.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(fewColours(picture), "png", out)) {
                throw new IllegalStateException("this Java writes no PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The same picture with a palette, which takes a third of the bytes, if its colours fit into one. */
    private static BufferedImage fewColours(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] pixels = picture.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> colours = new LinkedHashMap<>();
        for (int pixel : pixels) {
            colours.putIfAbsent(pixel, colours.size());
            if (colours.size() > PALETTE) {
                return picture;
            }
        }
        int[] palette = colours.keySet().stream().mapToInt(Integer::intValue).toArray();
        IndexColorModel model = new IndexColorModel(8, palette.length, palette, 0, false, -1,
                DataBuffer.TYPE_BYTE);
        BufferedImage indexed = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        for (int i = 0; i < pixels.length; i++) {
            indexed.getRaster().setSample(i % width, i / width, 0, colours.get(pixels[i]));
        }
        return indexed;
    }

    private static byte[] jpeg(BufferedImage picture, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            how.setCompressionQuality(quality);
            IIOMetadata metadata = writer.getDefaultImageMetadata(
                    ImageTypeSpecifier.createFromRenderedImage(picture), how);
            keepColours(metadata);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, metadata), how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** JPEG keeps colours at half the size unless told otherwise, which would blur the colours of a perturbation. */
    private static void keepColours(IIOMetadata metadata) throws IOException {
        Node root = metadata.getAsTree(JPEG_METADATA);
        NodeList components = ((IIOMetadataNode) root).getElementsByTagName("componentSpec");
        for (int i = 0; i < components.getLength(); i++) {
            IIOMetadataNode component = (IIOMetadataNode) components.item(i);
            component.setAttribute("HsamplingFactor", "1");
            component.setAttribute("VsamplingFactor", "1");
        }
        metadata.setFromTree(JPEG_METADATA, root);
    }
}
